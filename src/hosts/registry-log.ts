import { appendFileSync } from "node:fs";
import { logLine } from "../report/log-line.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Prints a line of an index, in plain ASCII: the same JSON, and nothing in it that moves a cursor or that a runner
 * takes for a command, which it reads anywhere in a line. A command of a reason could set the outputs of the step.
 */
export const printLine = (line: string, terminal: Terminal): void =>
  terminal.out(`${plainJson(line.trimEnd())}\n`);

/** Prints a value that holds what others wrote, for programs, as `printLine` does. */
export const printJson = (value: unknown, terminal: Terminal): void =>
  terminal.out(`${JSON.stringify(value, undefined, 2).split("\n").map(plainJson).join("\n")}\n`);

/** Prints text that holds what others wrote, for people: none of its lines is a runner's command. */
export const printText = (text: string, terminal: Terminal): void =>
  terminal.out(text.split("\n").map(logLine).join("\n"));

const plainJson = (line: string): string =>
  line
    .replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replaceAll("##[", "##\\u005b");

/** A sentence for people: in a workflow as an annotation and in the summary, elsewhere as text. */
export const say = (level: "warning" | "error", text: string, terminal: Terminal): void => {
  const { GITHUB_ACTIONS, GITHUB_STEP_SUMMARY } = terminal.environment;
  const shown = logLine(text);
  if (GITHUB_ACTIONS !== "true") {
    terminal.err(`${level}: ${shown}\n`);
    return;
  }
  terminal.out(`::${level}::${shown.replaceAll("%", "%25")}\n`);
  // A block of code, so that nothing of it is a link, a mention or a picture.
  if (GITHUB_STEP_SUMMARY) appendFileSync(GITHUB_STEP_SUMMARY, `    ${level}: ${shown}\n`);
};
