import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "../../../job/message.ts";
import { untilAborted } from "../../../job/until-aborted.ts";
import type { ToolOutcome } from "../../../run/ports.ts";
import type { Launch } from "../../../run/sandbox-ports.ts";
import { deadline } from "../deadline.ts";
import { endTree, type ProcessExit, type ProcessTree } from "../process-tree.ts";
import type { Starter } from "../starter.ts";
import type { BaseTool } from "./base-tool.ts";
import { callArguments } from "./call-arguments.ts";
import { outputWindow } from "./output-window.ts";
import { answer, failure, systemCode, toolFailed } from "./tool-outcome.ts";

/**
 * Runs a program to its end and answers `{exitCode | signal, stdout?, stderr?}`; a program that fails is an answer,
 * not an error of the tool. Whatever it started is gone when the call returns, whether it ended, took longer than
 * `timeout` milliseconds (never more than the step allows) or was aborted.
 */
export const exec: BaseTool = async (args, { workspace, signal, exec: limits }) => {
  if (limits.permission === "withheld")
    throw toolFailed("exec is withheld from this job.", "Use the file tools.");
  const given = callArguments(args);
  using directory = workspace.open(given.optionalText("cwd") ?? ".");
  if (!directory.stats.isDirectory()) throw toolFailed("cwd is not a directory.");
  const tree = await start(limits.start, {
    command: given.text("command"),
    args: given.texts("args"),
    cwd: directory.location,
    // By the descriptor, so that it is the directory that was checked.
    checkedCwd: directory.through,
    env: { ...limits.environment, PWD: directory.location, ...given.textByName("env") },
  });
  const timeoutMs = Math.min(given.optionalNumber("timeout") ?? limits.timeoutMs, limits.timeoutMs);
  const [stdout, stderr] = [collect(tree.stdout), collect(tree.stderr)];
  const ending = await waitForEnd({ tree, timeoutMs, signal });
  const survivors = await endTree(tree);
  await Promise.race([
    Promise.all([stdout.closed, stderr.closed]),
    sleep(drainMs, undefined, { ref: false }),
  ]);
  return outcomeOf(ending, {
    ...(given.flag("stdout", true) ? { stdout: stdout.text() } : {}),
    ...(given.flag("stderr", true) ? { stderr: stderr.text() } : {}),
    ...(survivors.length === 0 ? {} : { note: `Processes ${survivors.join(", ")} could not be ended.` }),
  });
};

const maxOutputBytes = 60_000;
const drainMs = 500;

type Ending =
  | { readonly type: "exited"; readonly exit: ProcessExit }
  | { readonly type: "timedOut"; readonly timeoutMs: number }
  | { readonly type: "aborted" };

const start = async (startInside: Starter, program: Launch): Promise<ProcessTree> => {
  const name = JSON.stringify(program.command);
  const texts = [program.command, ...program.args, ...Object.entries(program.env).flat()];
  if (program.command === "" || texts.some((text) => text.includes("\0"))) {
    throw toolFailed(`${name} cannot be started: a name is empty or an argument holds a NUL character.`);
  }
  try {
    return await startInside(program, "none");
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT")
      throw toolFailed(`There is no program ${name}.`, "No shell is involved: pass args apart.");
    if (code === "E2BIG") throw toolFailed("The arguments are too long.", "Pass them in a file.");
    if (code !== undefined) throw toolFailed(`${name} cannot be started (${code}).`);
    throw error;
  }
};

const collect = (stream: Readable): { readonly closed: Promise<void>; readonly text: () => string } => {
  const output = outputWindow({ maxBytes: maxOutputBytes });
  stream.on("data", output.push);
  const closed = new Promise<void>((resolve) => stream.once("close", () => resolve()));
  return { closed, text: output.text };
};

const waitForEnd = async (running: {
  readonly tree: ProcessTree;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}): Promise<Ending> => {
  const { tree, timeoutMs, signal } = running;
  using time = deadline(timeoutMs, signal);
  try {
    return { type: "exited", exit: await untilAborted(tree.exited, time.signal) };
  } catch {
    // `exited` never rejects, so this is the signal.
    return time.passed() ? { type: "timedOut", timeoutMs } : { type: "aborted" };
  }
};

const outcomeOf = (ending: Ending, printed: JsonObject): ToolOutcome => {
  switch (ending.type) {
    case "exited":
      return answer({
        ...(ending.exit.signal === null ? { exitCode: ending.exit.code } : { signal: ending.exit.signal }),
        ...printed,
      });
    case "timedOut":
      return failure({ error: "TIMEOUT", message: `Ended after ${ending.timeoutMs} ms.`, ...printed });
    case "aborted":
      return failure({ error: "ABORTED", message: "Ended because the job stops.", ...printed });
    default:
      return ending satisfies never;
  }
};
