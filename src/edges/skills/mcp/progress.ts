import type { Progress } from "@modelcontextprotocol/sdk/types.js";
import type { ToolCallPart } from "../../../job/message.ts";
import type { SkillEvent } from "../../../run/ports.ts";

/** Events of one call: each is a line of the journal, and a server may report every byte it moves. */
const maxEvents = 100;
const maxCharacters = 1_000;

/** Puts what a tool says of its progress into the journal. It is shown, and moves no deadline. */
export const progressOf = (
  call: ToolCallPart,
  { runId, emit }: { readonly runId: string; readonly emit: (event: SkillEvent) => void },
): ((progress: Progress) => void) => {
  let room = maxEvents;
  return ({ progress, total, message }) => {
    if (room === 0) return;
    room -= 1;
    emit({
      type: "toolProgress",
      runId,
      toolCallId: call.id,
      progress,
      ...(total === undefined ? {} : { total }),
      ...(message === undefined ? {} : { message: message.slice(0, maxCharacters) }),
    });
  };
};
