import type { PendingEffect } from "../job/effect.ts";
import type { JobEvent } from "../job/event.ts";
import type { ResultContent } from "../job/message.ts";
import type { Run } from "../job/state.ts";
import { deadlineAfter } from "./deadline.ts";
import type { ToolContent, ToolOutcome } from "./ports.ts";
import type { JobStateView, Shell } from "./shell.ts";

/** A text result longer than this many characters is kept as a blob, once, and named in the journal. */
const longestInlineText = 32_768;

/** Checks a call's arguments, runs it within the step's deadline, and records what it gave back. */
export const performTool = async (
  shell: Shell,
  turn: {
    readonly effect: Extract<PendingEffect, { type: "callTool" }>;
    readonly run: Run;
    readonly state: JobStateView;
  },
  signal: AbortSignal,
): Promise<readonly JobEvent[]> => {
  const startedAt = shell.clock.now();
  const outcome = (await refuseArguments(turn)) ?? (await callTool(shell, turn, signal));
  if (signal.aborted) return [];
  return [
    {
      type: "toolCallFinished",
      runId: turn.run.id,
      toolCallId: turn.effect.call.id,
      contents: outcome.contents.map((content) => keep(shell, content)),
      isError: outcome.isError,
      durationMs: shell.clock.now() - startedAt,
    },
  ];
};

const refuseArguments = async (turn: {
  readonly effect: Extract<PendingEffect, { type: "callTool" }>;
  readonly run: Run;
}): Promise<ToolOutcome | undefined> => {
  const { call } = turn.effect;
  const schema = turn.run.tools.find((tool) => tool.name === call.tool)?.inputSchema;
  const { argumentsError } = await import("../job/tool-arguments.ts");
  const message = schema === undefined ? undefined : argumentsError(schema, call.args);
  return message === undefined ? undefined : failed("InvalidArguments", message);
};

const callTool = async (
  shell: Shell,
  turn: {
    readonly effect: Extract<PendingEffect, { type: "callTool" }>;
    readonly run: Run;
    readonly state: JobStateView;
  },
  signal: AbortSignal,
): Promise<ToolOutcome> => {
  const skills = shell.open.get(turn.run.id);
  const { call } = turn.effect;
  if (skills === undefined) return failed("SkillClosed", `The skill of "${call.tool}" is not running.`);
  using deadline = deadlineAfter(turn.state.limits.stepTimeoutMs, signal);
  return await skills.call(call, deadline.signal);
};

const failed = (error: string, message: string): ToolOutcome => ({
  contents: [{ type: "text", text: JSON.stringify({ error, message }) }],
  isError: true,
});

const keep = (shell: Shell, content: ToolContent): ResultContent => {
  if (content.type === "bytes") return keepBytes(shell, content);
  const text = shell.redact(content.text);
  return text.length > longestInlineText
    ? shell.log.putBlob(new TextEncoder().encode(text), "text/plain")
    : { type: "text", text };
};

/** Bytes cannot be redacted and stay what they are, so those that hold a secret are left out. */
const keepBytes = (shell: Shell, content: Extract<ToolContent, { type: "bytes" }>): ResultContent => {
  const { data, mediaType } = content;
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("latin1");
  return shell.redact(text) === text
    ? shell.log.putBlob(data, mediaType)
    : { type: "text", text: `[${mediaType}, ${data.byteLength} bytes: left out because it holds a secret]` };
};
