import type { ToolCallPart } from "../../../job/message.ts";
import type { ToolDefinition } from "../../../job/tool.ts";
import type { ToolOutcome } from "../../../run/ports.ts";
import { isTimeOver } from "../deadline.ts";
import type { Starter } from "../starter.ts";
import type { ToolContext } from "./base-tool.ts";
import { baseTools } from "./base-tools.ts";
import { failure, failureOf } from "./tool-outcome.ts";
import { openWorkspace } from "./workspace.ts";

export type BaseSkillOptions = {
  readonly workspace: string;
  /**
   * Absolute directories that are never visible: the runner's temporary folder, its home, stored jobs. Those the
   * workspace itself lies in hide nothing of it. Any `.git` and `.expert-stack` is hidden anyway.
   */
  readonly hidden: readonly string[];
  /** The whole environment of a program that `exec` starts: what `skillEnvironment` gives. */
  readonly environment: Readonly<Record<string, string>>;
  /** `withheld` leaves `exec` out of the tools, and refuses it all the same. */
  readonly exec: "allowed" | "withheld";
  /** Starts the programs of `exec`. */
  readonly start: Starter;
  /** Milliseconds a call of `exec` may take at most. */
  readonly stepTimeoutMs: number;
};

/** The base skill, opened: the tools on the workspace. Its tools that steer the Run are the core's, not here. */
export type BaseSkill = AsyncDisposable & {
  readonly tools: readonly ToolDefinition[];
  /**
   * Runs one tool; the arguments have been checked against its schema. What it refuses or could not do is an outcome
   * with `isError`; rejects only on a defect of ours.
   */
  call(call: ToolCallPart, signal: AbortSignal): Promise<ToolOutcome>;
};

/** @throws the system's error when the workspace cannot be opened. */
export const openBaseSkill = (options: BaseSkillOptions): BaseSkill => {
  const workspace = openWorkspace(options);
  const limits: ToolContext["exec"] = {
    permission: options.exec,
    start: options.start,
    environment: options.environment,
    timeoutMs: options.stepTimeoutMs,
  };
  const call = async ({ tool, args }: ToolCallPart, signal: AbortSignal): Promise<ToolOutcome> => {
    if (signal.aborted) return aborted(signal);
    const { implementations } = await import("./implementations.ts");
    const run = implementations.get(tool);
    if (run === undefined) return failure({ error: "TOOL_FAILED", message: `There is no tool ${tool}.` });
    try {
      return await run(args, { workspace, signal, exec: limits });
    } catch (error) {
      return signal.aborted ? aborted(signal) : failureOf(error);
    }
  };
  return {
    tools: baseTools.filter((tool) => tool.name !== "exec" || options.exec === "allowed"),
    call,
    [Symbol.asyncDispose]: async () => workspace[Symbol.dispose](),
  };
};

const aborted = (signal: AbortSignal): ToolOutcome =>
  isTimeOver(signal)
    ? failure({ error: "TIMEOUT", message: "The time for one call was over." })
    : failure({ error: "ABORTED", message: "The job stops." });
