import { createHash } from "node:crypto";
import { canonicalJson } from "../definition/canonical-json.ts";
import type { AnswerPart, Message } from "./message.ts";
import type { Todo } from "./todo.ts";

/** Where a Run stood at the end of a step. The state itself is the fold of the journal up to there. */
export type CheckpointRef = {
  /** SHA-256 (hex) over canonical state, chained to the checkpoint before: the same answers give the same id. */
  readonly id: string;
  readonly step: number;
  /** How many of the Run's messages it covers. */
  readonly messages: number;
};

/**
 * Names a state by its content. Job id, clock, usage, timings and what a provider attaches for itself (its ids, its
 * signatures) are no part of it.
 *
 * @param newMessages the messages since `previous`
 */
export const checkpointId = (state: {
  readonly previous: string;
  readonly runId: string;
  readonly expert: string;
  readonly step: number;
  readonly newMessages: readonly Message[];
  readonly todos: readonly Todo[];
  /** Calls whose results the conversation only names any more. */
  readonly reduced?: readonly string[];
}): string => {
  const newMessages = state.newMessages.map(withoutProviderData);
  return createHash("sha256")
    .update(canonicalJson({ ...state, newMessages }))
    .digest("hex");
};

const withoutProviderData = (message: Message): Message =>
  message.role === "expert" ? { role: "expert", parts: message.parts.map(withoutOwnData) } : message;

const withoutOwnData = (part: AnswerPart): AnswerPart => {
  if (part.type === "text") return part;
  const { providerData: _own, ...said } = part;
  return said;
};
