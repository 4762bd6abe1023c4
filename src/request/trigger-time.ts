import { isComment, isOnThread, type Trigger } from "./trigger.ts";

/**
 * When a trigger came about, ISO 8601, as its own payload tells: whoever asked has seen nothing that was written later.
 *
 * @returns nothing where the payload does not say; then no thread brought it about
 */
export const triggeredAt = (trigger: Trigger): string | undefined => {
  if (isComment(trigger)) return said(trigger.comment.createdAt);
  if ("run" in trigger) return said(trigger.run.updatedAt ?? "");
  if (!isOnThread(trigger)) return undefined;
  // A label, an assignment or a push moves it, and the payload was made right then.
  return said(trigger.thread.updatedAt) ?? said(trigger.thread.createdAt);
};

const said = (time: string): string | undefined => (time === "" ? undefined : time);
