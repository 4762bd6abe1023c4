import { hasMarker, type Marker, markedFindings } from "../marker.ts";
import type { ReviewEvent } from "./planned-review.ts";
import type { PublishableFinding, PublishableReview } from "./publishable-review.ts";

/** A conversation beside lines of a diff that this token's own identity began. */
export type OwnThread = {
  /** GraphQL's id of the conversation. */
  readonly id: string;
  /** The number of its first comment, and what that says. */
  readonly comment: number;
  readonly body: string;
  readonly path: string;
  /** Missing where the diff no longer shows it. */
  readonly line?: number;
  /** Who resolved it, if anybody did. */
  readonly resolved: "by nobody" | "by itself" | "by the author" | "by a person";
  /** Whether somebody else wrote in it, too. */
  readonly answered: boolean;
};

/** What this token's own identity wrote on a pull request before. */
export type OwnReviews = {
  readonly threads: readonly OwnThread[];
  /** The oldest first. */
  readonly reviews: readonly {
    readonly body: string;
    /** GitHub's word: `COMMENTED`, `APPROVED`, `CHANGES_REQUESTED`, `DISMISSED`. */
    readonly state: string;
    readonly commit: string;
  }[];
};

/**
 * Whether a conversation stands for what it tells. GitHub lets whoever opened a pull request resolve any in it: of somebody
 * who may not write that is no word on the finding.
 */
export const counts = (resolved: OwnThread["resolved"], { trust }: Pick<Marker, "trust">): boolean =>
  resolved !== "by itself" && !(resolved === "by the author" && trust === "untrusted");

/** What is to be done so that the pull request shows what a review found, each thing once. */
export type ReviewChange = {
  /** Whether a review is to be posted at all. */
  readonly post: "review" | "nothing";
  /** Those that are not there yet. */
  readonly added: readonly PublishableFinding[];
  /** How many stand there already. */
  readonly kept: number;
  /** Conversations about what is no longer found. */
  readonly gone: readonly OwnThread[];
};

/**
 * Holds a review against what its own marker stands in before. What a person resolved stays told: they have seen it. A
 * conversation that somebody answered is left to people.
 */
export const reviewChange = (review: PublishableReview, own: OwnReviews): ReviewChange => {
  const { marker, findings, isWhole } = review;
  const threads = own.threads.filter(({ resolved }) => counts(resolved, marker));
  const told = own.reviews.filter(({ body }) => hasMarker(body, marker));
  const standing = countsOf([
    ...threads.flatMap(({ body }) => markedFindings(body, marker)),
    ...told.flatMap(({ body }) => markedFindings(body, marker)),
  ]);
  const added = findings.filter(({ fingerprint }) => !taken(standing, fingerprint));
  const gone = threads.filter(
    (thread) => isOpen(thread) && markedFindings(thread.body, marker).some((one) => taken(standing, one)),
  );
  return {
    post: added.length > 0 || saysMore(review, told) ? "review" : "nothing",
    added,
    kept: findings.length - added.length,
    gone: isWhole ? gone : [],
  };
};

/** The same finding can stand twice in a file; each is taken once. */
const countsOf = (fingerprints: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const one of fingerprints) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
};

const taken = (counts: Map<string, number>, fingerprint: string): boolean => {
  const count = counts.get(fingerprint) ?? 0;
  counts.set(fingerprint, count - 1);
  return count > 0;
};

const isOpen = ({ resolved, answered }: OwnThread): boolean => resolved === "by nobody" && !answered;

const states: Readonly<Record<ReviewEvent, string>> = {
  COMMENT: "COMMENTED",
  REQUEST_CHANGES: "CHANGES_REQUESTED",
  APPROVE: "APPROVED",
};

/**
 * Whether a review without a new finding says anything. A remark on all of it is made once; changes stay requested, and
 * an approval is one of a commit.
 */
const saysMore = ({ event, summary, head }: PublishableReview, told: OwnReviews["reviews"]): boolean => {
  if (event === "COMMENT") return summary.text.trim() !== "" && told.length === 0;
  const last = told.findLast(({ state }) => state !== states.COMMENT);
  return last?.state !== states[event] || (event === "APPROVE" && last.commit !== head);
};
