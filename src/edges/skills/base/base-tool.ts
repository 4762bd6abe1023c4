import type { JsonObject } from "../../../job/message.ts";
import type { ToolOutcome } from "../../../run/ports.ts";
import type { Starter } from "../starter.ts";
import type { Workspace } from "./workspace.ts";

/**
 * One tool of the base skill. It throws `ExpertStackError` or a system error for what it refuses or could not do;
 * the skill turns that into an outcome.
 */
export type BaseTool = (args: JsonObject, context: ToolContext) => ToolOutcome | Promise<ToolOutcome>;

export type ToolContext = {
  readonly workspace: Workspace;
  readonly signal: AbortSignal;
  readonly exec: {
    readonly permission: "allowed" | "withheld";
    readonly start: Starter;
    /** The whole environment of a program, before the call's own `env`. */
    readonly environment: Readonly<Record<string, string>>;
    /** Milliseconds a call may take at most. */
    readonly timeoutMs: number;
  };
};
