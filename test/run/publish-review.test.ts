import { expect, it } from "vitest";
import { ExpertStackError } from "../../src/errors.ts";
import { markerLine } from "../../src/outputs/marker.ts";
import { fingerprint } from "../../src/outputs/review/finding.ts";
import { publishableReview } from "../../src/outputs/review/publishable-review.ts";
import type { OwnThread } from "../../src/outputs/review/review-change.ts";
import type { Reviews } from "../../src/run/github-ports.ts";
import { publishReview } from "../../src/run/publish-review.ts";

const marker = { workflow: "review", job: "expert", expert: "reviewer" };
const review = publishableReview(
  [
    {
      ...{ kind: "review", part: "finding", path: "a.txt", side: "RIGHT", line: 1 },
      ...{ title: "New", body: "Because." },
    },
    { kind: "review", part: "verdict", event: "COMMENT", summary: "" },
  ],
  { maxComments: 20, approve: false, untrusted: false },
  {
    text: { serverHost: "github.com", allowLinks: [], allowMentions: [], closingKeywords: "neutralise" },
    redact: (text) => text,
    ...{ origin: "origin", trace: "trace", marker },
    diff: { head: "a".repeat(40), files: [{ path: "a.txt", patch: "@@ -1 +1 @@\n-one\n+two" }] },
  },
);

const gone = (id: string): OwnThread => ({
  ...{ id, comment: 1, path: "a.txt", resolved: "by nobody", answered: false },
  body: `${markerLine(marker, [fingerprint({ path: "a.txt", title: id }, "one")])}\n\ntext`,
});

it("a conversation that cannot be ended keeps neither the review nor the others from it, and is told", async () => {
  const resolved: string[] = [];
  const port: Reviews = {
    own: async () => ({ threads: [gone("first"), gone("second")], reviews: [] }),
    post: async () => ({ type: "posted", url: "https://github.com/acme/widgets/pull/1#review" }),
    async resolve({ id }) {
      if (id === "first") {
        throw new ExpertStackError({ code: "GITHUB_REQUEST_FAILED", message: "Not found.", remedy: "None." });
      }
      resolved.push(id);
      return "resolved";
    },
    edit: async () => undefined,
  };
  expect(await publishReview(review, { kind: "pullRequest", number: 1 }, port)).toBe(
    "review: https://github.com/acme/widgets/pull/1#review, 1 beside the diff, 0 in its text, 1 no longer found and resolved, 1 that could not be ended (GITHUB_REQUEST_FAILED)",
  );
  expect(resolved).toEqual(["second"]);
});
