import type { Actor } from "./trigger.ts";

/** Something that a person wrote in a thread, as GitHub shows it now. Times are ISO 8601. */
export type Piece = {
  /** The runner's word for it: `Comment`, `Remark on "src/a.ts" line 3 (resolved)`. */
  readonly label: string;
  readonly author: Actor;
  /** Whether it is by this token's own identity. */
  readonly isOwn: boolean;
  readonly body: string;
  /** Since when others see it. */
  readonly createdAt: string;
  /** When its text was changed last. GitHub's `updated_at` moves for other reasons, too. */
  readonly editedAt?: string;
  readonly url: string;
  /** Whether somebody who may has hidden it, as spam say. */
  readonly isHidden: boolean;
};

/** A thread with the newest of what was written in it. */
export type Discussion = {
  readonly kind: "issue" | "pullRequest";
  readonly number: number;
  readonly state: string;
  readonly title: string;
  /** When the title was changed last, where it was. */
  readonly renamedAt?: string;
  readonly opening: Piece;
  /** Comments, reviews and remarks in the diff, the oldest first. */
  readonly pieces: readonly Piece[];
  /** Where older comments go on; missing when there are none. */
  readonly earlier?: string;
  /** What else was not asked for, since there is too much of it. */
  readonly notRead: readonly string[];
};

/**
 * Why a text is no part of what whoever asked could see. Times of GitHub's have whole seconds, so that one of the trigger's
 * own second may be from before it or after: it counts as after.
 *
 * @param before when the trigger came about, ISO 8601
 */
const reasonAgainst = ({ createdAt, editedAt, isHidden }: Piece, before: string): string | undefined => {
  if (!isBefore(createdAt, before)) return writtenLater;
  if (editedAt !== undefined && !isBefore(editedAt, before)) return editedLater;
  return isHidden ? "hidden in the thread" : undefined;
};

/** Why a thread's title or description is not to be shown, each where it is not. */
export type OpeningReasons = { readonly title?: string; readonly description?: string };

/** Why a thread's own title or description is not to be shown. It may be as old as the trigger: its opening may be that. */
export const reasonsAgainstOpening = (
  { opening, renamedAt }: Pick<Discussion, "opening" | "renamedAt">,
  before: string,
): OpeningReasons => {
  const isLater = Date.parse(opening.createdAt) > Date.parse(before);
  const { editedAt = "" } = opening;
  const isSame = (changed: string) => changed === "" || isBefore(changed, before);
  if (isLater) return { title: writtenLater, description: writtenLater };
  return {
    ...(isSame(renamedAt ?? "") ? {} : { title: editedLater }),
    ...(isSame(editedAt) ? {} : { description: editedLater }),
  };
};

const writtenLater = "written after the trigger";
const editedLater = "edited after the trigger";

/** A time that cannot be read is not before anything. */
const isBefore = (time: string, before: string): boolean => Date.parse(time) < Date.parse(before);

/** Characters of one text; what is longer is cut, and says so. */
const mostCharacters = 8_000;

/** What a query shows of a discussion. */
export type DiscussionView =
  | ({ readonly type: "read"; readonly against: OpeningReasons } & FittedPieces)
  | { readonly type: "unread" };

export type FittedPieces = { readonly shown: readonly Piece[]; readonly leftOut: readonly string[] };

/**
 * What of a discussion is to be shown: what was there, unchanged, when the trigger came about, the newest first as far as
 * it fits. Everything else is a line that says whose it is and why.
 */
export const fitPieces = (
  pieces: readonly Piece[],
  { before, maxBytes }: { readonly before: string; readonly maxBytes: number },
): FittedPieces => {
  let room = maxBytes;
  const leftOut: string[] = [];
  const shown: Piece[] = [];
  for (const piece of pieces.toReversed()) {
    const cut = shortened(piece);
    const reason = reasonAgainst(piece, before);
    if (reason === undefined) room -= new TextEncoder().encode(cut.body).length;
    if (reason === undefined && room >= 0) shown.unshift(cut);
    else leftOut.unshift(lineOf(piece, reason ?? "does not fit"));
  }
  return { shown, leftOut };
};

export const shortened = (piece: Piece): Piece => {
  const { body } = piece;
  if (body.length <= mostCharacters) return piece;
  const kept = body.slice(0, mostCharacters).toWellFormed();
  return { ...piece, body: `${kept}\n[${body.length - mostCharacters} more characters]` };
};

const lineOf = ({ label, author, createdAt }: Piece, reason: string): string =>
  `${label} of ${author.login}, ${createdAt}: ${reason}`;

/** Lines that are listed of what is left out. */
const mostLines = 100;

/**
 * What a query shows of a discussion.
 *
 * @param of `url` of what itself is the trigger, which is shown already
 */
export const discussionView = (
  discussion: Discussion,
  of: { readonly before: string; readonly maxBytes: number; readonly url?: string },
): DiscussionView => {
  const pieces = discussion.pieces.filter(({ url }) => url !== of.url);
  const { shown, leftOut } = fitPieces(pieces, of);
  const comments = discussion.earlier === undefined ? [] : ["Older comments"];
  const older = [...comments, ...discussion.notRead].map((what) => `${what}: not read`);
  const more = leftOut.length > mostLines ? [`and ${leftOut.length - mostLines} more`] : [];
  return {
    type: "read",
    shown,
    leftOut: [...older, ...leftOut.slice(0, mostLines), ...more],
    against: reasonsAgainstOpening(discussion, of.before),
  };
};
