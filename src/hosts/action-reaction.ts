import { info } from "@actions/core";
import type { Conclusion } from "../report/conclusion.ts";
import { logLine } from "../report/log-line.ts";
import { isOnThread, type ThreadTrigger, type Trigger } from "../request/trigger.ts";
import type { Reactions, ReactionTarget } from "../run/github-ports.ts";
import type { Step } from "./step.ts";

/** What whoever asked sees at once: eyes while the job runs, then a rocket, or a confused face. */
export type Reacting = {
  /** Once the eyes are there, or cannot be. */
  readonly begun: Promise<unknown>;
  /** @param stop once aborted nothing more is asked of GitHub: what is left of the step's time is for its report */
  readonly end: (conclusion: Conclusion, stop: AbortSignal) => Promise<void>;
};

const none: Reacting = { begun: Promise.resolve(), end: async () => undefined };

/**
 * Begins to react, where the step publishes in the thread at all. Nobody waits for it, and a reaction that cannot be given
 * is a line in the log.
 */
export const react = ({ inputs }: Step, trigger: Trigger, reactions: () => Promise<Reactions>): Reacting => {
  if (!isOnThread(trigger) || inputs.safeOutputs.comment === undefined) return none;
  const target = targetOf(trigger);
  const looking = quietly(async () => await (await reactions()).add(target, "eyes"));
  return {
    begun: looking,
    async end(conclusion, stop) {
      const eyes = stop.aborted ? undefined : await looking;
      if (eyes === undefined) return;
      await quietly(async () => {
        const { add, remove } = await reactions();
        const last = isWell(conclusion) ? "rocket" : "confused";
        // An earlier run may have left the other one; adding it again is how its number is found out.
        const clear = async (content: "rocket" | "confused") =>
          await remove(target, await add(target, content));
        const other = last === "rocket" ? "confused" : "rocket";
        await Promise.all([add(target, last), clear(other), remove(target, eyes)]);
      });
    },
  };
};

const isWell = (conclusion: Conclusion): boolean =>
  conclusion === "success" || conclusion === "planned" || conclusion === "needs-input";

/** A review has no reactions of its own in GitHub's REST API. */
const targetOf = (trigger: ThreadTrigger): ReactionTarget => {
  switch (trigger.type) {
    case "issueComment":
    case "pullComment":
      return { type: "comment", id: trigger.comment.id };
    case "reviewComment":
      return { type: "remark", id: trigger.comment.id };
    default:
      return { type: "thread", number: trigger.thread.number };
  }
};

const quietly = async <Value>(act: () => Promise<Value>): Promise<Value | undefined> => {
  try {
    return await act();
  } catch (error) {
    info(logLine(`No reaction: ${error instanceof Error ? error.message : String(error)}`));
    return undefined;
  }
};
