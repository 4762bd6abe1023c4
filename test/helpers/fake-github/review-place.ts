import type { FileDiff } from "./diff.ts";
import { type Anchor, anchorsOf } from "./diff-anchors.ts";
import type { ReviewComment, Side } from "./world.ts";

/** Where a review comment is asked to stand. */
export type Wanted = {
  readonly path: string;
  readonly line?: number | undefined;
  readonly side?: string | undefined;
  readonly start_line?: number | undefined;
  readonly start_side?: string | undefined;
};

export type Place = Pick<
  ReviewComment,
  "path" | "subject" | "side" | "line" | "startLine" | "startSide" | "diffHunk"
>;

const sideOf = (side: string | undefined): Side => (side === "LEFT" ? "LEFT" : "RIGHT");

const anchorAt = (anchors: readonly Anchor[], line: number | undefined, side: string | undefined) =>
  anchors.find((anchor) => anchor.line === line && anchor.side === sideOf(side));

/**
 * The place of a comment in a diff, or GitHub's complaints about it. They name the rule that was broken and never
 * the comment, so that whoever sends several cannot tell which one it was.
 */
export const placeInDiff = (files: readonly FileDiff[], wanted: Wanted): Place | readonly string[] => {
  const blank = "Pull request review thread diff hunk can't be blank";
  const file = files.find((candidate) => candidate.path === wanted.path);
  if (file === undefined) return ["Pull request review thread path is invalid", blank];
  const anchors = anchorsOf(file.patch);
  const end = anchorAt(anchors, wanted.line, wanted.side);
  const outside = "Pull request review thread line must be part of the diff";
  const otherHunk = "Pull request review thread start line must be part of the same hunk as the line.";
  if (end === undefined)
    return wanted.start_line === undefined ? [outside, blank] : [outside, otherHunk, blank];
  const place = {
    path: wanted.path,
    subject: "line",
    side: end.side,
    line: end.line,
    diffHunk: end.text,
  } as const;
  if (wanted.start_line === undefined) return place;
  const startSide = sideOf(wanted.start_side ?? wanted.side);
  const start = anchorAt(anchors, wanted.start_line, startSide);
  if (start?.hunk !== end.hunk) return [otherHunk];
  if (startSide === end.side && start.line >= end.line) {
    return ["Pull request review thread start line must precede the end line."];
  }
  return { ...place, startLine: start.line, startSide };
};

/** Several complaints as one sentence, which is how GitHub sends them. */
export const sentence = (complaints: readonly string[]): string => {
  const unique = [...new Set(complaints)];
  const last = unique.at(-1) ?? "";
  if (unique.length < 2) return last;
  const joint = unique.length > 2 ? ", and " : " and ";
  return `${unique.slice(0, -1).join(", ")}${joint}${last}`;
};
