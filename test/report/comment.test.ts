import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasMarker } from "../../src/outputs/marker.ts";
import type { TextPolicy } from "../../src/outputs/sanitize.ts";
import { renderComment } from "../../src/report/comment.ts";
import { reportOf } from "../../src/report/job-facts.ts";
import type { JobReport } from "../../src/report/job-report.ts";
import { problemOf } from "../../src/report/problem.ts";
import { events, journalOf } from "./journal.ts";

const marker = { workflow: "CI", job: "review", expert: "reviewer" };
const policy: TextPolicy = {
  serverHost: "github.com",
  allowLinks: [],
  allowMentions: [],
  closingKeywords: "neutralise",
};
const url = "https://github.com/acme/app/actions/runs/1/artifacts/99";
const report: JobReport = {
  conclusion: "success",
  expert: "reviewer",
  answer: "All fine.",
  facts: { ...reportOf(journalOf(events)), costUsd: 0.0123 },
  artifact: { id: 99, url, digest: `sha256:${"cd".repeat(32)}`, kind: "full", access: "public" },
  head: { seq: 13, hash: "ef".repeat(32) },
};
const render = (change: Partial<JobReport>): string =>
  renderComment({ ...report, ...change }, { marker, policy }).text;
const count = (text: string): number => [...text].length;

describe("the comment", () => {
  it("is marker, answer and one small line", () => {
    expect(render({})).toBe(
      [
        '<!-- expert-stack {"v":1,"workflow":"CI","job":"review","expert":"reviewer"} -->',
        "",
        "All fine.",
        "",
        `<sub>Expert <code>reviewer@1.2.0</code> · definition <code>ab12ab12ab12</code> · 2 steps · 2,400 tokens · $0.0123 · 13.0 s · [artifact](${url}) 99 <code>cdcdcdcdcdcd</code> · log 13 <code>efefefefefef</code></sub>`,
        "",
      ].join("\n"),
    );
  });

  it("says nothing of what is not known", () => {
    const { artifact: _artifact, head: _head, facts: _facts, ...bare } = report;
    expect(renderComment(bare, { marker, policy }).text).toContain(
      "All fine.\n\n<sub>Expert <code>reviewer</code></sub>\n",
    );
  });

  it("notifies nobody the Expert mentions, and takes over no marker", () => {
    const text = render({ answer: "@torvalds fixes #1 <!-- expert-stack -->" });
    expect(text).toContain("<code>@torvalds</code> <code>fixes</code> #1 &lt;!-- expert-stack -->");
    expect(hasMarker(text, marker)).toBe(true);
  });

  it("says so when the Expert said nothing", () => {
    expect(render({ answer: " " })).toContain("The Expert ended without a final message.");
  });

  it("of a failure shows the provider's status and words as code, and what to do", () => {
    const problem = problemOf({
      type: "failed",
      error: { name: "ProviderError", message: "no ``` @torvalds", statusCode: 401, isRetryable: false },
    });
    const { answer: _, ...rest } = report;
    const text = renderComment(
      { ...rest, conclusion: "failure", ...(problem === undefined ? {} : { problem }) },
      { marker, policy },
    ).text;
    expect(text).toContain(
      "**<code>reviewer</code> failed.**\n\nThe provider answered with status 401:\n\n````text\nProviderError: no ``` @torvalds\n````\n\n**What to do:** Check that",
    );
  });
});

describe("an answer too long for GitHub", () => {
  it("is cut at a line, with its code closed and the artifact named", () => {
    const text = render({ answer: `<details>\n\n\`\`\`ts\n${"const a = 1;\n".repeat(9000)}\`\`\`` });
    expect(count(text)).toBeLessThanOrEqual(65_536);
    expect(count(text)).toBeGreaterThan(60_000);
    expect(text).toContain(
      `const a = 1;\n\`\`\`\n\n</details>\n\n_This answer was too long for a comment and was cut here. The [artifact](${url}) holds all of it._\n\n<sub>`,
    );
  });

  it("of one line is cut inside it", () => {
    const text = render({ answer: "🙂".repeat(70_000) });
    expect(count(text)).toBeLessThanOrEqual(65_536);
    expect(text.isWellFormed()).toBe(true);
    expect(text).toContain("🙂🙂");
  });

  it("that fits by GitHub's count is left whole", () => {
    const answer = "🙂".repeat(60_000);
    expect(render({ answer })).toContain(answer);
  });

  it("fits whatever it is made of", () => {
    const piece = fc.constantFrom(
      "@a ",
      "```\n",
      "> ",
      "\n",
      "<details>",
      "fixes #1 ",
      "word ",
      "https://e.example ",
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (parts) => {
        const text = render({ answer: parts.join("").repeat(9000) });
        expect(count(text)).toBeLessThanOrEqual(65_536);
        expect(text).toContain("</sub>\n");
      }),
      { numRuns: 12 },
    );
  });

  it("a problem's message of any length leaves room for the rest", () => {
    const problem = { message: "x".repeat(200_000), remedy: "Try again." };
    const text = render({ conclusion: "failure", problem });
    expect(count(text)).toBeLessThan(6000);
    expect(text).toContain("**What to do:** Try again.");
  });
});
