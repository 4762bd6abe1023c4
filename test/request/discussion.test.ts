import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  discussionView,
  fitPieces,
  type Piece,
  reasonsAgainstOpening,
} from "../../src/request/discussion.ts";

const before = "2024-06-01T12:00:00Z";
const at = (seconds: number): string =>
  new Date(Date.parse(before) + seconds * 1000).toISOString().replace(".000Z", "Z");

const piece = (more: Partial<Piece> = {}): Piece => ({
  ...{ label: "Comment", author: { login: "bob", id: 2, type: "User" }, body: "text", createdAt: at(-10) },
  ...{ url: "https://github.com/a/b/issues/1#issuecomment-1", isOwn: false, isHidden: false, ...more },
});

describe("given pieces of a discussion", () => {
  test.each<[string, Partial<Piece>, string | undefined]>([
    ["from before the trigger", {}, undefined],
    ["of the trigger's own second", { createdAt: at(0) }, "written after the trigger"],
    ["from after it", { createdAt: at(1) }, "written after the trigger"],
    ["without a time", { createdAt: "" }, "written after the trigger"],
    ["edited before it", { editedAt: at(-1) }, undefined],
    ["edited in its second", { editedAt: at(0) }, "edited after the trigger"],
    ["edited after it", { editedAt: at(60) }, "edited after the trigger"],
    ["edited, nobody knows when", { editedAt: "soon" }, "edited after the trigger"],
    ["that is hidden", { isHidden: true }, "hidden in the thread"],
  ])("one %s", (_, more, reason) => {
    const { shown, leftOut } = fitPieces([piece(more)], { before, maxBytes: 1_000 });
    expect(shown).toHaveLength(reason === undefined ? 1 : 0);
    expect(leftOut).toEqual(
      reason === undefined ? [] : [`Comment of bob, ${more.createdAt ?? at(-10)}: ${reason}`],
    );
  });

  test("whatever they are, none that is shown is from after the trigger, and each is shown or listed", () => {
    const time = fc.integer({ min: -5, max: 5 }).map(at);
    const any = fc.record(
      { createdAt: time, editedAt: time, isHidden: fc.boolean(), body: fc.string({ maxLength: 60 }) },
      { requiredKeys: ["createdAt", "isHidden", "body"] },
    );
    fc.assert(
      fc.property(fc.array(any, { maxLength: 20 }), fc.nat(400), (all, maxBytes) => {
        const pieces = all.map(piece);
        const { shown, leftOut } = fitPieces(pieces, { before, maxBytes });
        expect(shown.length + leftOut.length).toBe(pieces.length);
        expect(Buffer.byteLength(shown.map(({ body }) => body).join(""))).toBeLessThanOrEqual(maxBytes);
        for (const { createdAt, editedAt = createdAt, isHidden } of shown) {
          expect([isHidden, createdAt < before, editedAt < before]).toEqual([false, true, true]);
        }
      }),
    );
  });

  test("a long text is cut, and says by how much", () => {
    const { shown } = fitPieces([piece({ body: "x".repeat(9_000) })], { before, maxBytes: 10_000 });
    expect(shown[0]?.body).toMatch(/^x{8000}\n\[1000 more characters\]$/);
  });
});

describe("given a thread's own title and description", () => {
  test.each([
    ["as old as the trigger", piece({ createdAt: at(0) }), undefined, {}],
    ["from after it", piece({ createdAt: at(1) }), undefined, { title: "written after the trigger" }],
    [
      "with another description since",
      piece({ editedAt: at(5) }),
      undefined,
      { description: "edited after the trigger" },
    ],
    ["with another title since", piece(), at(0), { title: "edited after the trigger" }],
    ["with another title before", piece(), at(-1), {}],
  ])("one %s", (_, opening, renamedAt, reasons) => {
    const thread = { opening, ...(renamedAt === undefined ? {} : { renamedAt }) };
    expect(reasonsAgainstOpening(thread, before)).toMatchObject(reasons);
    if (Object.keys(reasons).length === 0) expect(reasonsAgainstOpening(thread, before)).toEqual({});
  });
});

test("the comment that asks is not shown again, nor listed", () => {
  const discussion = {
    ...({
      kind: "issue",
      number: 1,
      state: "open",
      notRead: [],
      title: "It squeaks",
      opening: piece(),
    } as const),
    pieces: [piece({ url: "https://github.com/a/b/issues/1#issuecomment-2", createdAt: at(0) })],
  };
  const url = "https://github.com/a/b/issues/1#issuecomment-2";
  expect(discussionView(discussion, { before, maxBytes: 100, url })).toMatchObject({
    shown: [],
    leftOut: [],
  });
});
