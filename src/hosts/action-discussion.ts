import { parseMarker } from "../outputs/marker.ts";
import { type Discussion, type DiscussionView, discussionView, type Piece } from "../request/discussion.ts";
import { atLeast, effectiveRole, isTrusted, type Role, type Roles } from "../request/role.ts";
import { isComment, isOnThread, type ThreadTrigger, type Trigger } from "../request/trigger.ts";
import { triggeredAt } from "../request/trigger-time.ts";
import type { RepositoryReader } from "../run/reader-ports.ts";
import type { RoleBook } from "../run/role-book.ts";
import type { Admission } from "./action-admission.ts";
import type { ActionInputs } from "./action-inputs.ts";

/** Comments that are looked at, and bytes of a discussion's text that go into a query. */
const mostComments = 50;
const maxBytes = 60_000;

/** What was said in the thread before, with the roles of who said it. */
export type Discussed = {
  /** Missing where there is no discussion. */
  readonly view?: DiscussionView;
  readonly roles: Roles;
  /** Somebody who may not write, and whose text is shown. */
  readonly stranger?: string;
  readonly notes: readonly string[];
};

type Asking = {
  readonly trigger: Trigger;
  readonly reader: () => Promise<Pick<RepositoryReader, "discussion">>;
  readonly roles: RoleBook;
  readonly inputs: Pick<ActionInputs, "permission" | "untrustedContext">;
};

/**
 * Reads the thread's discussion, in one request, then the roles of those who are shown. An Expert can do without: what
 * cannot be read is told, and stops nothing.
 */
export const readDiscussed = async ({ trigger, reader, roles, inputs }: Asking): Promise<Discussed> => {
  const before = triggeredAt(trigger);
  if (!isOnThread(trigger) || isNew(trigger) || before === undefined) return noDiscussion;
  try {
    const of = { number: trigger.thread.number, size: mostComments };
    const found = await (await reader()).discussion(of);
    if (found === undefined) return unread("GitHub shows no such thread.");
    return await viewed(found, { before, trigger, roles, inputs });
  } catch (error) {
    return unread(error instanceof Error ? error.message : String(error));
  }
};

export const noDiscussion: Discussed = { roles: new Map(), notes: [] };

/** Nobody can have said anything in a thread that has just been opened. */
const isNew = (trigger: ThreadTrigger): boolean =>
  (trigger.type === "issue" || trigger.type === "pullRequest") && trigger.action === "opened";

const unread = (reason: string): Discussed => ({
  view: { type: "unread" },
  roles: new Map(),
  notes: [`The discussion of the thread was not read: ${reason}`],
});

const viewed = async (
  found: Discussion,
  {
    before,
    trigger,
    roles,
    inputs,
  }: Omit<Asking, "reader"> & { readonly before: string; readonly trigger: ThreadTrigger },
): Promise<Discussed> => {
  const url = isComment(trigger) ? { url: trigger.comment.url } : {};
  const view = discussionView(found, { before, maxBytes, ...url });
  if (view.type === "unread") return { ...noDiscussion, view };
  const { shown, leftOut } = view;
  const many = leftOut.length === 1 ? "one text" : `${leftOut.length} texts`;
  const notes =
    leftOut.length === 0 ? [] : [`Left out of the discussion: ${many}; the query says whose and why.`];
  const known = await rolesOf(shown, roles);
  const { visibility } = trigger.repository;
  const stranger = shown.find((piece) => {
    const { author } = piece;
    const role = effectiveRole(author.login, known, visibility);
    const isDropped = inputs.untrustedContext === "drop" && !isTrusted(role, inputs.permission);
    return !isDropped && !isAnswer(piece) && !atLeast(role, "write");
  })?.author.login;
  return { view, roles: known, notes, ...(stranger === undefined ? {} : { stranger }) };
};

/**
 * An earlier answer here, of a trusted job: such a job gets no stranger's text. What an untrusted one wrote
 * may be a stranger's words, also where theirs are not in the thread any more.
 */
const isAnswer = ({ isOwn, body }: Piece): boolean => {
  const marker = isOwn ? parseMarker(body) : undefined;
  return marker !== undefined && marker.trust === undefined;
};

/** What a stranger has said in the thread makes a trigger untrusted as the thread's own text does. */
export const withDiscussion = (admission: Admitted, { stranger }: Discussed): Admitted =>
  stranger === undefined || admission.trust === "untrusted"
    ? admission
    : {
        ...admission,
        trust: "untrusted",
        reason: `${stranger}, who wrote in the thread, may not write here.`,
      };

type Admitted = Extract<Admission, { type: "admitted" }>;

/** The newest first, since not everybody's is asked for. */
const rolesOf = async (shown: readonly Piece[], { roleOf }: RoleBook): Promise<Roles> => {
  const asked = shown
    .toReversed()
    .map(async ({ author }): Promise<[string, Role]> => [author.login.toLowerCase(), await roleOf(author)]);
  return new Map(await Promise.all(asked));
};
