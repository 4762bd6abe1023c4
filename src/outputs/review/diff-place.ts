import { type PatchLine, patchLines, type Side } from "./patch-lines.ts";

/** What a pull request changes, between two recorded commits. */
export type ReviewDiff = {
  /** The commit that a review is of. */
  readonly head: string;
  readonly files: readonly {
    readonly path: string;
    /** Missing for binary files, and where GitHub left it out as too large. */
    readonly patch?: string;
  }[];
};

/** Lines of a file on one side of a diff. Without `startLine` it is one. */
export type FileLines = {
  readonly path: string;
  readonly side: Side;
  readonly line: number;
  readonly startLine?: number;
};

/** Whether GitHub takes the lines as the place of a comment. */
export type DiffPlace =
  | { readonly type: "beside" /** The lines themselves. */; readonly text: string }
  | { readonly type: "outside" /** In words, behind "since". */; readonly reason: string };

/**
 * GitHub takes only lines that a hunk of the file's patch shows, and of several lines the first and the last in one
 * hunk; it refuses a whole review for one comment elsewhere.
 */
export const placeInDiff = (diff: ReviewDiff, lines: FileLines): DiffPlace => {
  const file = diff.files.find(({ path }) => path === lines.path);
  if (file === undefined) return outside(`the change does not touch ${JSON.stringify(lines.path)}`);
  if (file.patch === undefined) return outside(`GitHub shows no diff of ${JSON.stringify(lines.path)}`);
  const shown = patchLines(file.patch).filter(({ side }) => side === lines.side);
  const { startLine: first = lines.line, line: last } = lines;
  const meant = shown.filter(({ line }) => line >= first && line <= last);
  const hunks = new Set(meant.map(({ hunk }) => hunk));
  if (meant.length === last - first + 1 && hunks.size === 1) {
    return { type: "beside", text: meant.map(({ text }) => text).join("\n") };
  }
  const what = lines.side === "RIGHT" ? "the new file" : "the old file";
  return outside(
    `the diff of ${JSON.stringify(lines.path)} shows of ${what} ${
      shown.length === 0 ? "no line" : `only the lines ${rangesOf(shown)}, and a range lies in one of these`
    }`,
  );
};

const outside = (reason: string): DiffPlace => ({ type: "outside", reason });

/** Enough for an Expert to see what it can do. */
const mostRanges = 20;

const rangesOf = (lines: readonly PatchLine[]): string => {
  const hunks = [...new Set(lines.map(({ hunk }) => hunk))];
  const ranges = hunks.slice(0, mostRanges).map((one) => {
    const numbers = lines.filter(({ hunk }) => hunk === one).map(({ line }) => line);
    return `${numbers[0]}-${numbers.at(-1)}`;
  });
  return [...ranges, ...(hunks.length > mostRanges ? ["and further ones"] : [])].join(", ");
};
