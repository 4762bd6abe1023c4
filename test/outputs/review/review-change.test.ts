import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { markerLine } from "../../../src/outputs/marker.ts";
import { fingerprint } from "../../../src/outputs/review/finding.ts";
import type { PlannedReview } from "../../../src/outputs/review/planned-review.ts";
import { publishableReview } from "../../../src/outputs/review/publishable-review.ts";
import { type OwnReviews, type OwnThread, reviewChange } from "../../../src/outputs/review/review-change.ts";

const marker = { workflow: "review", job: "expert", expert: "reviewer" };
const head = "a".repeat(40);
const patch = "@@ -1,3 +1,3 @@\n one\n-two\n+2\n three";
const rules = {
  text: { serverHost: "github.com", allowLinks: [], allowMentions: [], closingKeywords: "neutralise" },
  redact: (text: string) => text,
  origin: "origin",
  trace: "trace",
  marker,
  diff: { head, files: [{ path: "a.txt", patch }] },
} as const;

const finding = (title: string): PlannedReview => ({
  ...{ kind: "review", part: "finding", path: "a.txt", side: "RIGHT", line: 2 },
  ...{ title, body: "Because." },
});
const verdict = (event: "COMMENT" | "REQUEST_CHANGES" | "APPROVE", summary = ""): PlannedReview => ({
  ...{ kind: "review", part: "verdict", event, summary },
});
const review = (parts: readonly PlannedReview[], maxComments = 20) =>
  publishableReview(parts, { maxComments, approve: true, untrusted: false }, rules);

const print = (title: string): string => fingerprint({ path: "a.txt", title }, "2");
const body = (...titles: readonly string[]): string => `${markerLine(marker, titles.map(print))}\n\ntext`;
const thread = (title: string, more: Partial<OwnThread> = {}): OwnThread => ({
  ...{
    id: `T ${title}`,
    comment: 1,
    body: body(title),
    path: "a.txt",
    line: 2,
    resolved: "by nobody",
    answered: false,
  },
  ...more,
});
const own = (more: Partial<OwnReviews>): OwnReviews => ({ threads: [], reviews: [], ...more });
const told = (state: string, commit = head, text = body()) => ({ body: text, state, commit });

const titles = (fingerprints: readonly { readonly fingerprint: string }[]) =>
  fingerprints.map((one) => ["A", "B", "C"].find((title) => print(title) === one.fingerprint));

describe("what a review changes", () => {
  it("is all of it where nothing is there", () => {
    const change = reviewChange(review([finding("A"), finding("B")]), own({}));
    expect([change.post, titles(change.added), change.kept, change.gone]).toEqual([
      "review",
      ["A", "B"],
      0,
      [],
    ]);
  });

  it("leaves what stands, in a conversation or in a review's text, and adds the rest", () => {
    const before = own({ threads: [thread("A")], reviews: [told("COMMENTED", head, body("B"))] });
    const change = reviewChange(review([finding("A"), finding("B"), finding("C")]), before);
    expect([change.post, titles(change.added), change.kept]).toEqual(["review", ["C"], 2]);
  });

  it.each([
    ["what nobody answered", {}, ["T B"]],
    ["not what somebody answered", { answered: true }, []],
    ["not what a person resolved", { resolved: "by a person" }, []],
    ["not what is resolved already", { resolved: "by itself" }, []],
    ["not another Expert's", { body: body("B").replace("reviewer", "triage") }, []],
    ["not what says already that it is over", { body: `${markerLine(marker)}\n\ntext` }, []],
  ] as const)("ends %s, once the review is whole", (_, more, gone) => {
    const before = own({ threads: [thread("A"), thread("B", more)] });
    const parts = [finding("A"), verdict("COMMENT")];
    expect(reviewChange(review(parts), before).gone.map(({ id }) => id)).toEqual(gone);
    expect(reviewChange(review([finding("A")]), before).gone).toEqual([]);
    expect(reviewChange(review(parts, 1), before).gone).toEqual([]);
  });

  it("says again what it resolved itself and finds again, and not what a person resolved", () => {
    const by = (resolved: OwnThread["resolved"]) => own({ threads: [thread("A", { resolved })] });
    expect(titles(reviewChange(review([finding("A")]), by("by itself")).added)).toEqual(["A"]);
    expect(reviewChange(review([finding("A")]), by("by a person")).added).toEqual([]);
    expect(reviewChange(review([finding("A")]), by("by the author")).added).toEqual([]);
    const made = review([finding("A")]);
    const untrusted = { ...made, marker: { ...made.marker, trust: "untrusted" as const } };
    expect(titles(reviewChange(untrusted, by("by the author")).added)).toEqual(["A"]);
    expect(reviewChange(untrusted, by("by a person")).added).toEqual([]);
  });

  it.each([
    ["a first remark on all of it", "COMMENT", "Fine.", [], "review"],
    ["a second one", "COMMENT", "Fine, still.", [told("COMMENTED")], "nothing"],
    ["nothing", "COMMENT", "", [], "nothing"],
    ["a request for changes", "REQUEST_CHANGES", "", [told("COMMENTED")], "review"],
    ["the same request", "REQUEST_CHANGES", "No.", [told("CHANGES_REQUESTED"), told("COMMENTED")], "nothing"],
    ["a request after it was dismissed", "REQUEST_CHANGES", "No.", [told("DISMISSED")], "review"],
    ["an approval", "APPROVE", "", [told("CHANGES_REQUESTED")], "review"],
    ["the same approval", "APPROVE", "", [told("APPROVED")], "nothing"],
    ["an approval of another commit", "APPROVE", "", [told("APPROVED", "b".repeat(40))], "review"],
    [
      "a request beside another Expert's",
      "REQUEST_CHANGES",
      "",
      [told("CHANGES_REQUESTED", head, "x")],
      "review",
    ],
  ] as const)("without a finding: %s", (_, event, summary, reviews, post) => {
    expect(reviewChange(review([verdict(event, summary)]), own({ reviews })).post).toBe(post);
  });

  it("done twice changes nothing the second time, whatever was there", () => {
    const title = fc.constantFrom("A", "B", "C");
    const threads = fc.array(
      fc.record({
        title,
        resolved: fc.constantFrom("by nobody", "by itself", "by the author", "by a person"),
        answered: fc.boolean(),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(threads, fc.array(title, { maxLength: 5 }), (there, found) => {
        const before = own({
          threads: there.map(({ title, ...more }, at) => thread(title, { ...more, id: String(at) })),
        });
        const asked = review([...found.map(finding), verdict("COMMENT")]);
        const change = reviewChange(asked, before);
        expect(change.added.length + change.kept).toBe(found.length);
        const after = own({
          threads: [
            ...before.threads.map((one) =>
              change.gone.includes(one) ? { ...one, resolved: "by itself" as const } : one,
            ),
            ...change.added.map((one, at) => ({
              ...thread("", { id: `new ${at}` }),
              body: markerLine(marker, [one.fingerprint]),
            })),
          ],
        });
        expect(reviewChange(asked, after)).toMatchObject({ post: "nothing", added: [], gone: [] });
      }),
      { numRuns: 1_000 },
    );
  });
});
