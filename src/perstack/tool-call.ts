import type { JsonObject, ToolCallPart, ToolResultPart } from "../job/message.ts";
import { type Run, toolsAtHand } from "../job/state.ts";
import type { ToolDefinition } from "../job/tool.ts";
import { perstackCallId } from "./call-id.ts";
import type { ContentPart, ReadBlob } from "./content-part.ts";
import { resultContents } from "./message.ts";

export type PerstackToolCall = {
  readonly id: string;
  readonly skillName: string;
  readonly toolName: string;
  readonly args: JsonObject;
};

export type PerstackToolResult = {
  readonly id: string;
  readonly skillName: string;
  readonly toolName: string;
  readonly result: readonly ContentPart[];
};

export const perstackToolCall = (run: Run, call: ToolCallPart): PerstackToolCall => ({
  id: perstackCallId(run.id, call.id),
  skillName: skillOf(run, call.tool),
  toolName: call.tool,
  args: call.args,
});

export const perstackToolResult = (
  run: Run,
  result: ToolResultPart,
  readBlob?: ReadBlob,
): PerstackToolResult => ({
  id: perstackCallId(run.id, result.id),
  skillName: answererOf(run, result.tool),
  toolName: result.tool,
  result: resultContents(result, run.id, readBlob),
});

/** Perstack wants a name here also for a tool that nobody owns: what the model made up. */
const skillOf = (run: Run, tool: string): string => toolOf(run, tool)?.skill ?? "unknown";

/** A call names its delegate by the key alone, the result with a word before it. */
const answererOf = (run: Run, tool: string): string =>
  toolOf(run, tool)?.answeredBy === "delegate" ? `delegate/${skillOf(run, tool)}` : skillOf(run, tool);

const toolOf = (run: Run, tool: string): ToolDefinition | undefined =>
  toolsAtHand(run).find((candidate) => candidate.name === tool);
