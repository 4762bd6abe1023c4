import { type Discussion, type DiscussionView, discussionView, type Piece } from "../request/discussion.ts";
import type { Role, Roles } from "../request/role.ts";
import { isComment, isOnThread, type ThreadTrigger, type Trigger } from "../request/trigger.ts";
import { triggeredAt } from "../request/trigger-time.ts";
import type { RepositoryReader } from "../run/reader-ports.ts";
import type { RoleBook } from "../run/role-book.ts";

/** Comments that are looked at, and bytes of a discussion's text that go into a query. */
const mostComments = 50;
const maxBytes = 60_000;

/** What was said in the thread before, with the roles of who said it. */
export type Discussed = {
  /** Missing where there is no discussion. */
  readonly view?: DiscussionView;
  readonly roles: Roles;
  readonly notes: readonly string[];
};

type Asking = {
  readonly trigger: Trigger;
  readonly reader: () => Promise<Pick<RepositoryReader, "discussion">>;
  readonly roles: RoleBook;
};

/**
 * Reads the thread's discussion, in one request, then the roles of those who are shown. An Expert can do without: what
 * cannot be read is told, and stops nothing.
 */
export const readDiscussed = async ({ trigger, reader, roles }: Asking): Promise<Discussed> => {
  const before = triggeredAt(trigger);
  if (!isOnThread(trigger) || isNew(trigger) || before === undefined) return noDiscussion;
  try {
    const of = { number: trigger.thread.number, size: mostComments };
    const found = await (await reader()).discussion(of);
    if (found === undefined) return unread("GitHub shows no such thread.");
    return await viewed(found, { before, trigger, roles });
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
  }: { readonly before: string; readonly trigger: ThreadTrigger; readonly roles: RoleBook },
): Promise<Discussed> => {
  const url = isComment(trigger) ? { url: trigger.comment.url } : {};
  const view = discussionView(found, { before, maxBytes, ...url });
  if (view.type === "unread") return { ...noDiscussion, view };
  const { shown, leftOut } = view;
  const many = leftOut.length === 1 ? "one text" : `${leftOut.length} texts`;
  const notes =
    leftOut.length === 0 ? [] : [`Left out of the discussion: ${many}; the query says whose and why.`];
  return { view, roles: await rolesOf(shown, roles), notes };
};

/** The newest first, since not everybody's is asked for. */
const rolesOf = async (shown: readonly Piece[], { roleOf }: RoleBook): Promise<Roles> => {
  const asked = shown
    .toReversed()
    .map(async ({ author }): Promise<[string, Role]> => [author.login.toLowerCase(), await roleOf(author)]);
  return new Map(await Promise.all(asked));
};
