import { describe, expect, it } from "vitest";
import type { JobEvent } from "../../src/job/event.ts";
import type { TextPolicy } from "../../src/outputs/sanitize.ts";
import { reportOf } from "../../src/report/job-facts.ts";
import type { JobReport } from "../../src/report/job-report.ts";
import { renderSummary } from "../../src/report/summary.ts";
import { events, journalOf } from "./journal.ts";

const policy: TextPolicy = {
  serverHost: "github.com",
  allowLinks: [],
  allowMentions: [],
  closingKeywords: "neutralise",
};
const report: JobReport = {
  conclusion: "success",
  expert: "@acme/reviewer",
  answer: "All fine, @torvalds.",
  facts: reportOf(journalOf(events)),
  artifact: {
    id: 99,
    url: "https://github.com/x/1",
    digest: `sha256:${"cd".repeat(32)}`,
    kind: "full",
    access: "public",
  },
  head: { seq: 13, hash: "ef".repeat(32) },
};
const render = (change: Partial<JobReport>): string => renderSummary({ ...report, ...change }, policy).text;

describe("the job summary", () => {
  const text = render({});

  it("opens with the end and the answer", () => {
    expect(text.split("\n").slice(0, 4)).toEqual([
      "## <code>@acme/reviewer</code> finished",
      "",
      "All fine, <code>@torvalds</code>.",
      "",
    ]);
  });

  it("holds the bill", () => {
    expect(text).toContain(
      "| Steps | Tokens in | of them cached | Tokens out | of them reasoning | Cost | Time |\n| --- | --- | --- | --- | --- | --- | --- |\n| 2 | 2,000 | 1,200 | 400 | 100 | unknown | 13.0 s |",
    );
    expect(render({ facts: { ...reportOf(journalOf(events)), costUsd: 1.5 } })).toContain("| $1.50 |");
  });

  it("names who took part, with the definition's digest, and every tool", () => {
    expect(text).toContain("| <code>reviewer</code> | <code>1.2.0</code> | <code>ab12ab12ab12</code> |");
    expect(text).toContain("| <code>@perstack/base</code> | <code>readTextFile</code> | 2 | 1 | 50 ms |");
    expect(text).toContain("| <code>docs</code> | <code>search</code> | 1 | 0 | 1.5 s |");
  });

  it("says what held the processes of skills, and whom they asked for, the refused first", () => {
    const ask = { type: "proxyAccess", runId: "r0", skill: "docs", port: 443, durationMs: 1 } as const;
    const more: readonly JobEvent[] = [
      {
        type: "sandboxOpened",
        tier: "namespaces",
        network: "enforced",
        lacking: [{ tier: "bubblewrap", reason: "bubblewrap is not installed", remedy: "Install it" }],
      },
      { ...ask, host: "api.example.com", verdict: "allowed", bytesUp: 100, bytesDown: 2_000 },
      { ...ask, host: "api.example.com", verdict: "allowed", bytesUp: 1_000, bytesDown: 48 },
      { ...ask, host: "evil.example", verdict: "refused", reason: "not listed", bytesUp: 0, bytesDown: 0 },
    ];
    expect(text).not.toContain("### Sandbox");
    const held = render({ facts: reportOf(journalOf([...events, ...more])) });
    expect(held).toContain(
      [
        "### Sandbox",
        "",
        "<code>namespaces</code>. Processes of skills had files, processes and a network of their own.",
        "- Not <code>bubblewrap</code>: <code>bubblewrap is not installed</code>. <code>Install it</code>",
        "",
        "| Skill | Host | Verdict | Attempts | Sent | Received | Why |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        "| <code>docs</code> | <code>evil.example&#58;443</code> | **refused** | 1 | 0 B | 0 B | <code>not listed</code> |",
        "| <code>docs</code> | <code>api.example.com&#58;443</code> | allowed | 2 | 1.1 KB | 2.0 KB |  |",
      ].join("\n"),
    );
    const open: JobEvent = { type: "sandboxOpened", tier: "none", network: "open", lacking: [] };
    expect(render({ facts: reportOf(journalOf([...events, open])) })).toContain(
      "None. **Processes of skills ran as the runner's user, held by nothing.** The network was open.",
    );
  });

  it("repeats warnings", () => {
    expect(text).toContain("- **Warning:** <code>unknown key &#96;envPath&#96;</code>");
    expect(text).toContain(
      "- **Warning:** skill <code>docs</code> ended by itself: <code>exited with 1</code>",
    );
    expect(text).toContain("- 1 request to the model failed.");
  });

  it("says where the record is, and that it is public when it is", () => {
    expect(text).toContain("in the [artifact](https://github.com/x/1) 99");
    expect(text).toContain("**This repository is public, and so is the artifact.**");
    expect(text).toContain("log head 13 <code>efef");
    const artifact = {
      id: 9,
      url: "https://github.com/x/1",
      digest: "cd",
      kind: "full" as const,
      access: "private" as const,
    };
    expect(render({ artifact })).not.toContain("is public");
  });
});

it("a summary artifact is not said to hold prompts and results, or what the page leaves out", () => {
  const facts = reportOf(journalOf(events));
  const notes = Array.from({ length: 60 }, () => ({ level: "info" as const, text: "n" }));
  const artifact = { id: 9, url: "https://github.com/x/1", digest: "cd", kind: "summary" as const };
  const text = render({ artifact, facts: { ...facts, notes } });
  expect(text).toContain(
    "The answer and the job's totals, without prompts and tool results, are in the [artifact]",
  );
  expect(text).not.toContain("Every prompt");
  expect(text).not.toContain("the artifact holds them");
});

it("no note is cut in a token, which without its end would not be found", () => {
  const before = "word ".repeat(95);
  const token = ["ghp", "q7Z2mX9vK4tR8wL1nB6cY3sD5fG0hJ2kPaWe"].join("_");
  const notes = [{ level: "info" as const, text: `${before}${token}` }];
  const text = render({ facts: { ...reportOf(journalOf(events)), notes } });
  expect(text).toContain(`<code>${before}&#8230;</code>`);
});

it("a problem's words are not cut in one either", () => {
  const before = "word ".repeat(796);
  const message = `${before}${["ghp", "q7Z2mX9vK4tR8wL1nB6cY3sD5fG0hJ2kPaWe"].join("_")}`;
  expect(render({ problem: { message, remedy: "None." } })).toContain(`${before}…\n`);
});

it("says nothing of who may read the artifact where that is not known", () => {
  const artifact = { id: 9, url: "https://github.com/x/1", digest: "cd", kind: "full" as const };
  expect(render({ artifact })).not.toContain("is public");
});

it("a failure's status, words and remedy stand first", () => {
  const problem = { message: "bad key", statusCode: 401, remedy: "Set the key." };
  expect(render({ conclusion: "failure", problem, answer: "" })).toContain(
    "## <code>@acme/reviewer</code> failed\n\nThe provider answered with status 401:\n\n```text\nbad key\n```\n\n**What to do:** Set the key.",
  );
});

it("a tool's name cannot break out of its cell", () => {
  const facts = reportOf(journalOf(events));
  const calls = [
    { skill: "a|b", tool: "</code><img src=x>|@torvalds\n# x", calls: 1, errors: 0, totalMs: 1 },
  ];
  const row = render({ facts: { ...facts, calls } })
    .split("\n")
    .find((line) => line.includes("a&#124;b"));
  expect(row).toBe(
    "| <code>a&#124;b</code> | <code>&#60;/code&#62;&#60;img src&#61;x&#62;&#124;@torvalds &#35; x</code> | 1 | 0 | 1 ms |",
  );
});

it("never exceeds a mebibyte, whatever the answer and the notes", () => {
  const facts = reportOf(journalOf(events));
  const notes = Array.from({ length: 500 }, () => ({ level: "info" as const, text: "n".repeat(100_000) }));
  const text = render({ answer: "é is two bytes\n".repeat(100_000), facts: { ...facts, notes } });
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1024 * 1024);
  expect(Buffer.byteLength(text)).toBeGreaterThan(1_000_000);
  expect(text.includes("… and 452 notes more")).toBe(true);
  expect(text.includes("### Record")).toBe(true);
});
