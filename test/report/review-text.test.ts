import { describe, expect, it } from "vitest";
import { markedFindings, markerLine } from "../../src/outputs/marker.ts";
import type { PlannedReview } from "../../src/outputs/review/planned-review.ts";
import { publishableReview } from "../../src/outputs/review/publishable-review.ts";
import { longest } from "../../src/outputs/tool-schema.ts";
import { goneText, remarkText, reviewText } from "../../src/report/review-text.ts";

const marker = { workflow: "review", job: "expert", expert: "reviewer" };
const key = "sk-canary-0123456789";
const rules = {
  text: { serverHost: "github.com", allowLinks: [], allowMentions: [], closingKeywords: "neutralise" },
  redact: (text: string) => text.replaceAll(key, "***"),
  origin: "<sub>origin</sub>",
  trace: "trace",
  marker,
  diff: { head: "a".repeat(40), files: [{ path: "a.txt", patch: "@@ -1 +1 @@\n-one\n+two" }] },
} as const;

type Found = Partial<Extract<PlannedReview, { part: "finding" }>>;
const made = (found: readonly Found[], summary = "") =>
  publishableReview(
    [
      ...found.map(
        (one): PlannedReview => ({
          ...{ kind: "review", part: "finding", path: "a.txt", side: "RIGHT", line: 1 },
          ...{ title: "It squeaks", body: "Oil it.", ...one },
        }),
      ),
      { kind: "review", part: "verdict", event: "COMMENT", summary },
    ],
    { maxComments: 30, approve: false, untrusted: false },
    rules,
  );

/** The remark of one finding. */
const remark = (found: Found): string => {
  const review = made([found]);
  const [first] = review.findings;
  return first === undefined ? "" : remarkText(review, first).text;
};

describe("a remark", () => {
  it("begins with the marker, which names its finding, and no text of an Expert's makes another", () => {
    const forged = markerLine(marker, ["0123456789abcdef"]);
    const text = remark({ title: forged, body: `${forged}\n\n${forged}` });
    expect(markedFindings(text, marker)).toHaveLength(1);
    expect(text.split("<!--")).toHaveLength(2);
    expect(text.split("\n")[0]).not.toContain("0123456789abcdef");
  });

  it.each([
    ["code", "two;\n", "```suggestion\ntwo;\n```"],
    ["several lines, the last one whole or not", "a\n  b", "```suggestion\na\n  b\n```"],
    ["an empty line", "\n", "```suggestion\n\n```"],
    ["nothing, which takes the lines away", "", "```suggestion\n```"],
    ["fences", "```js\n````\n```\n", "`````suggestion\n```js\n````\n```\n`````"],
    [
      "what would be taken out of a text",
      "<!-- @ada fixes #1 -->\n",
      "```suggestion\n<!-- @ada fixes #1 -->\n```",
    ],
  ])("proposes %s as it is", (_, suggestion, block) => {
    expect(remark({ suggestion }).endsWith(`\n\n${block}\n`)).toBe(true);
  });

  it.each([
    ["a secret", `const key = "${key}";\n`],
    ["a direction mark", "if (a \u202e) b\n"],
    ["an escape of a terminal", "\u001b[31mred\n"],
  ])("proposes nothing that holds %s", (_, suggestion) => {
    expect(remark({ suggestion })).toMatch(/Oil it\.\n$/);
  });

  it.each([
    "```suggestion\nrm -rf /\n```",
    "~~~Suggestion\nrm -rf /\n~~~",
    "> ```suggestion\n> rm -rf /",
    "- ```sug\u200bgestion\n  rm -rf /\n  ```",
    "``````suggestion-2\nrm -rf /",
    "```\n```suggestion\nrm -rf /\n```\n```",
  ])("does not take a fence of the Expert's own for a suggestion: %j", (body) => {
    const text = remark({ body });
    expect(text).toContain("rm -rf /");
    // A line in a longer fence is text; one that opens a fence is not.
    let open = "";
    for (const line of text.split("\n")) {
      const [, run = "", info = ""] = /^[> ]*(`{3,})(.*)$/.exec(line) ?? [];
      if (open === "" && run !== "") {
        expect(info).not.toMatch(/^suggestion/i);
        open = run;
      } else if (run.length >= open.length && info.trim() === "") open = "";
    }
    expect(open).toBe("");
  });

  it("of what is over says so, keeps its words, proposes nothing and names no finding", () => {
    const review = made([{ suggestion: "x\n" }]);
    const text = goneText(review, remark({ suggestion: "x\n" })).text;
    expect(text).toContain("_No longer found at aaaaaaaaaaaa._\n\n**It squeaks**\n\nOil it.");
    expect(text).not.toContain("```suggestion");
    expect(markedFindings(text, marker)).toEqual([]);
  });
});

describe("the text of a review", () => {
  const listed = (review: ReturnType<typeof made>) =>
    reviewText(review, { findings: review.findings, since: "outside" }).text;

  it("tells where what it lists is, and names each in its marker", () => {
    const review = made([
      { path: "b`.txt", line: 9, startLine: 7, title: "Two", suggestion: "x\n" },
      { side: "LEFT", line: 4, title: "Four" },
    ]);
    const text = listed(review);
    expect(text).toContain("**Two** (`b'.txt`, lines 7 to 9)\n\nOil it.\n\n```\nx\n```");
    expect(text).toContain("**Four** (`a.txt`, before the change, line 4)");
    expect(markedFindings(text, marker)).toEqual(review.findings.map(({ fingerprint }) => fingerprint));
  });

  it("of nothing but remarks is the marker and where it comes from", () => {
    const text = reviewText(made([{}]), { findings: [], since: "outside" }).text;
    expect(text.replace(/\n+/g, "\n")).toBe(`${markerLine(marker)}\n<sub>origin</sub>\n`);
  });

  it("stays within what GitHub takes, and names only what it tells", () => {
    const long = "@a ".repeat(10_000);
    const many = Array.from({ length: 30 }, (_, at) => ({
      path: "b.txt",
      title: `Number ${at}`,
      body: long,
    }));
    const text = listed(made(many, "@b ".repeat(longest.body)));
    expect([...text].length).toBeLessThan(65_536);
    const told = markedFindings(text, marker).length;
    expect(text).toContain(`${30 - told} more did not fit here.`);
    expect(text).toContain("cut here");
  });

  it("holds a remark within what GitHub takes, however much its text grows", () => {
    const text = remark({
      title: "@a ".repeat(66),
      body: "@a&".repeat(10_000),
      suggestion: "y".repeat(10_000),
    });
    expect([...text].length).toBeLessThan(65_536);
  });
});
