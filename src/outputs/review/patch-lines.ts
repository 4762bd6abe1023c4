/** Which side of a diff: `LEFT` is the base, `RIGHT` the head. */
export type Side = "LEFT" | "RIGHT";

/** A line that a patch shows, which GitHub takes as the place of a review's comment. */
export type PatchLine = {
  readonly side: Side;
  /** Of the file on that side, from 1. */
  readonly line: number;
  /** Which hunk of the patch shows it, from 0: a comment on several lines stays in one. */
  readonly hunk: number;
  readonly text: string;
};

type Hunk = { left: number; right: number; leftRest: number; rightRest: number };

const header = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/**
 * The lines of a unified patch, as GitHub's API gives it for one file, that can be commented on: what was taken away
 * is on the left, what was added on the right, and the lines around it are on both.
 *
 * A hunk ends where its header says, so that no line of a file is taken for a header.
 */
export const patchLines = (patch: string): readonly PatchLine[] => {
  const lines: PatchLine[] = [];
  let hunk = -1;
  let at: Hunk = { left: 0, right: 0, leftRest: 0, rightRest: 0 };
  for (const row of patch.split("\n")) {
    if (at.leftRest <= 0 && at.rightRest <= 0) {
      const begun = readHeader(row);
      if (begun === undefined) continue;
      hunk += 1;
      at = begun;
      continue;
    }
    for (const place of step(at, row)) lines.push({ ...place, hunk, text: row.slice(1) });
  }
  return lines;
};

const readHeader = (row: string): Hunk | undefined => {
  const found = header.exec(row);
  if (found === null) return undefined;
  const [, left, leftRest = "1", right, rightRest = "1"] = found;
  return {
    left: Number(left),
    right: Number(right),
    leftRest: Number(leftRest),
    rightRest: Number(rightRest),
  };
};

/** An empty row is an empty line whose space was lost; one with a backslash says how the file ends. */
const step = (at: Hunk, row: string): readonly Pick<PatchLine, "side" | "line">[] => {
  const [mark = " "] = row;
  const isLeft = mark === "-" || mark === " ";
  const isRight = mark === "+" || mark === " ";
  if (isLeft) at.leftRest -= 1;
  if (isRight) at.rightRest -= 1;
  return [
    ...(isLeft ? [{ side: "LEFT" as const, line: at.left++ }] : []),
    ...(isRight ? [{ side: "RIGHT" as const, line: at.right++ }] : []),
  ];
};
