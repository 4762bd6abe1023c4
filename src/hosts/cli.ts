import { ExpertStackError, isInvalidInput } from "../errors.ts";
import { logLine } from "../report/log-line.ts";
import { readRunArguments } from "./cli-run-arguments.ts";
import type { Terminal } from "./terminal.ts";

/**
 * The command line.
 *
 * @param argv what follows the program's name
 * @returns the exit code: 0 done, 1 failed, 2 the input is wrong, 130 stopped by a signal
 */
export const runCli = async (argv: readonly string[], terminal: Terminal): Promise<number> => {
  try {
    const run = readRunArguments(argv);
    if (run !== undefined) return await (await import("./cli-run.ts")).runCommand(run, terminal);
    const { chooseCommand } = await import("./cli-program.ts");
    const chosen = await chooseCommand(argv, terminal);
    return typeof chosen === "number" ? chosen : await chosen(terminal);
  } catch (error) {
    return reportError(error, terminal);
  }
};

/** Prints an error as a person needs it; a defect of ours with its stack. None of its lines is a runner's command. */
const reportError = (error: unknown, terminal: Terminal): number => {
  if (!(error instanceof ExpertStackError)) {
    terminal.err(`${logLines(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`);
    return 1;
  }
  // Findings of a manifest say what to type themselves.
  const remedy = error.message.includes(error.remedy) ? "" : `  ${error.remedy}\n`;
  terminal.err(logLines(`error[${error.code}]: ${error.message}\n${remedy}`));
  return isInvalidInput(error) ? 2 : 1;
};

const logLines = (text: string): string => text.split("\n").map(logLine).join("\n");
