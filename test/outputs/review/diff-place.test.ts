import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { placeInDiff } from "../../../src/outputs/review/diff-place.ts";
import { patchLines } from "../../../src/outputs/review/patch-lines.ts";
import { type ChangedFile, changedFiles, isShown, ownHistory } from "../../helpers/git-hunks.ts";

const sides = ["LEFT", "RIGHT"] as const;

/** Every line that the headers say a hunk shows, with what the file holds there. */
const expected = ({ hunks, lines }: ChangedFile): readonly string[] =>
  hunks.flatMap((hunk, index) =>
    sides.flatMap((side) =>
      Array.from({ length: hunk[side].count }, (_, offset) => {
        const line = hunk[side].first + offset;
        return `${index} ${side} ${line} ${lines[side][line - 1]}`;
      }),
    ),
  );

describe("given this project's own history", () => {
  const { directory, commits } = ownHistory();
  const at = (part: number): number => Math.floor(part * (commits.length - 1));
  const ranges = [0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95].flatMap((part) => [
    [at(part), at(part) + 1] as const,
    [at(part) - 4, at(part) + 4] as const,
  ]);

  it.each(ranges)(
    "the lines of the diff from commit %i to %i are those that git's headers name",
    (from, to) => {
      const [base = "", head = ""] = [commits[Math.max(0, from)], commits[Math.min(to, commits.length - 1)]];
      for (const file of changedFiles(directory, base, head)) {
        const found = patchLines(file.patch).map(
          ({ hunk, side, line, text }) => `${hunk} ${side} ${line} ${text}`,
        );
        expect(found.toSorted(), file.path).toEqual(expected(file).toSorted());
      }
    },
  );

  it("a range is beside the diff just where one hunk shows all of it", () => {
    const [base = "", head = ""] = [commits[at(0.5)], commits[at(0.6)]];
    const files = changedFiles(directory, base, head);
    const diff = { head, files };
    const any = fc.record({
      file: fc.constantFrom(...files),
      side: fc.constantFrom(...sides),
      hunk: fc.nat(),
      offset: fc.integer({ min: -3, max: 12 }),
      length: fc.nat({ max: 12 }),
    });
    let beside = 0;
    fc.assert(
      fc.property(any, ({ file, side, hunk, offset, length }) => {
        const near = file.hunks[hunk % file.hunks.length]?.[side].first ?? 1;
        const first = Math.max(1, near + offset);
        const line = first + length;
        const range = length === 0 ? {} : { startLine: first };
        const place = placeInDiff(diff, { path: file.path, side, line, ...range });
        const isBeside = isShown(file, side, first, line);
        expect(place.type).toBe(isBeside ? "beside" : "outside");
        if (place.type === "outside") return;
        beside += 1;
        expect(place.text).toBe(file.lines[side].slice(first - 1, line).join("\n"));
      }),
      { numRuns: 2_000 },
    );
    expect(beside).toBeGreaterThan(200);
  });
});

describe("the lines of a patch", () => {
  it("are counted over what looks like a header, and over how a file ends", () => {
    const patch =
      "@@ -1,2 +1,3 @@ function\n @@ -9,9 +9,9 @@\n-old\n\\ No newline at end of file\n+--- a\n++++ b";
    expect(patchLines(patch).map(({ side, line, text }) => `${side} ${line} ${text}`)).toEqual([
      "LEFT 1 @@ -9,9 +9,9 @@",
      "RIGHT 1 @@ -9,9 +9,9 @@",
      "LEFT 2 old",
      "RIGHT 2 --- a",
      "RIGHT 3 +++ b",
    ]);
  });

  it("of a new file are all on the right, and of one that went all on the left", () => {
    const sidesOf = (patch: string) => patchLines(patch).map(({ side, line }) => `${side} ${line}`);
    expect(sidesOf("@@ -0,0 +1,2 @@\n+a\n+b")).toEqual(["RIGHT 1", "RIGHT 2"]);
    expect(sidesOf("@@ -1,2 +0,0 @@\n-a\n-b")).toEqual(["LEFT 1", "LEFT 2"]);
    expect(sidesOf("")).toEqual([]);
  });
});

it("a range over two hunks is outside, though they touch", () => {
  const patch = "@@ -1 +1 @@\n-a\n+b\n@@ -2 +2 @@\n-c\n+d";
  const diff = { head: "a".repeat(40), files: [{ path: "a.txt", patch }] };
  const place = (startLine: number) =>
    placeInDiff(diff, { path: "a.txt", side: "RIGHT", startLine, line: 2 });
  expect(place(1).type).toBe("outside");
  expect(place(2)).toEqual({ type: "beside", text: "d" });
});

describe("a place outside the diff", () => {
  const patch = "@@ -1,2 +1,2 @@\n one\n-two\n+2\n@@ -30,1 +30,1 @@\n-x\n+y";
  const diff = { head: "a".repeat(40), files: [{ path: "a.txt", patch }, { path: "b.png" }] };

  it.each([
    [{ path: "a.txt", line: 9 }, "only the lines 1-2, 30-30"],
    [{ path: "a.txt", line: 30, startLine: 1 }, "a range lies in one of these"],
    [{ path: "b.png", line: 1 }, 'GitHub shows no diff of "b.png"'],
    [{ path: "c.txt", line: 1 }, 'does not touch "c.txt"'],
    [{ path: "A.txt", line: 1 }, 'does not touch "A.txt"'],
  ])("%j says why", (lines, reason) => {
    const place = placeInDiff(diff, { side: "RIGHT", ...lines });
    expect(place).toMatchObject({ type: "outside", reason: expect.stringContaining(reason) });
  });
});
