import * as z from "zod/mini";
import { commentDigest } from "../outputs/comment-digest.ts";
import type { Marker } from "../outputs/marker.ts";
import type { SanitizedText } from "../outputs/sanitize.ts";
import { renderAbandoned } from "../report/progress.ts";
import type { Thread, ThreadPlace } from "../run/github-ports.ts";
import type { ActionContext } from "./action-context.ts";
import { leaveState } from "./action-state.ts";
import { textPolicy } from "./step.ts";

const Unfinished = z.object({
  id: z.number(),
  thread: z.object({ kind: z.enum(["issue", "pullRequest"]), number: z.number() }),
  expert: z.string(),
  /** Digests of what it may say: a process may end in the midst of writing it. */
  was: z.array(z.string()),
});

/** Leaves word of a comment that says "working on it", for `post` to end if this process does not. */
export const leaveUnfinished = (
  id: number,
  {
    thread,
    expert,
    bodies,
  }: { readonly thread: ThreadPlace; readonly expert: string; readonly bodies: readonly SanitizedText[] },
): void => {
  const was = bodies.map(({ text }) => commentDigest(text));
  leaveState({ unfinished: JSON.stringify({ id, thread, expert, was }) });
};

/** The answer is there, or nothing was begun. */
export const leaveFinished = (): void => leaveState({ unfinished: "" });

/**
 * Says in the comment that nobody works on it any more. Another run's words in it stay.
 *
 * @param left what `leaveUnfinished` left
 */
export const endUnfinished = async (
  left: string,
  { context, thread }: { readonly context: ActionContext; readonly thread: () => Promise<Thread> },
): Promise<void> => {
  const { id, thread: place, expert, was } = Unfinished.parse(JSON.parse(left));
  const body = renderAbandoned(framingOf(context, expert));
  const { replaceComment } = await thread();
  await replaceComment({ thread: place, id, was, body });
};

/** Who says something in the thread, and of which run. */
export const framingOf = (context: ActionContext, expert: string) => {
  const { workflow, job, serverUrl, owner, repo, runId } = context;
  const marker: Marker = { workflow, job, expert };
  return {
    expert,
    marker,
    runUrl: `${serverUrl}/${owner}/${repo}/actions/runs/${runId}`,
    policy: textPolicy(serverUrl),
  };
};
