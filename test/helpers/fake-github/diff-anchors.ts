import type { Side } from "./world.ts";

/** A line one can comment on, the hunk it is in, and the hunk's text up to it. */
export type Anchor = {
  readonly side: Side;
  readonly line: number;
  readonly hunk: number;
  readonly text: string;
};

type Cursor = { left: number; right: number };

const step = (cursor: Cursor, row: string): { readonly side: Side; readonly line: number }[] => {
  const rows: { readonly side: Side; readonly line: number }[] = [];
  if (row.startsWith("-") || row.startsWith(" ")) rows.push({ side: "LEFT", line: cursor.left++ });
  if (row.startsWith("+") || row.startsWith(" ")) rows.push({ side: "RIGHT", line: cursor.right++ });
  return rows;
};

/** Every line of a patch that GitHub takes as the place of a review comment: changed lines and their context. */
export const anchorsOf = (patch: string): Anchor[] => {
  const anchors: Anchor[] = [];
  let hunk = -1;
  let text: string[] = [];
  const cursor: Cursor = { left: 0, right: 0 };
  for (const row of patch.split("\n")) {
    const header = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(row);
    text = header === null ? [...text, row] : [row];
    if (header !== null) {
      hunk += 1;
      cursor.left = Number(header[1]);
      cursor.right = Number(header[2]);
    } else {
      for (const place of step(cursor, row)) anchors.push({ ...place, hunk, text: text.join("\n") });
    }
  }
  return anchors;
};
