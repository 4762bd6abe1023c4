import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ChangedFile, fitDiff } from "../../src/request/diff-budget.ts";
import { makeQuery, type QuerySource } from "../../src/request/query.ts";
import { triggerOf } from "./payload.ts";

const own = triggerOf("pullRequest", "pull_request", "pull_request.opened");
const issue = triggerOf("issue", "issues", "issues.opened");
const comment = triggerOf("issueComment", "issue_comment", "issue_comment.created");

const file = (path: string, patch?: string): ChangedFile => ({
  path,
  status: "modified",
  additions: 1,
  deletions: 1,
  ...(patch === undefined ? {} : { patch }),
});

const source: Omit<QuerySource, "trigger"> = {
  roles: new Map([
    ["ada", "admin"],
    ["grace", "write"],
  ]),
  permission: "write",
  untrustedContext: "mark",
  maxDiffBytes: 10_000,
};

describe("the query of a pull request", () => {
  const { text, leftOut } = makeQuery({
    ...source,
    trigger: own,
    files: [file("src/parse.ts", "@@ -1 +1 @@\n-a\n+b"), file("logo.png")],
  });

  it("says what happened, and names the commits", () => {
    expect(text.split("\n")[0]).toBe(
      "Pull request #7 of acme/app (event pull_request, action opened). Head commit 1f0c2d3e4b5a69788796a5b4c3d2e1f001122334, base commit aa0c2d3e4b5a69788796a5b4c3d2e1f0aabbccdd.",
    );
  });

  it("gives every text its author, role and time", () => {
    expect(text).toContain(
      "### Title of the pull request\n\n- author: ada\n- role: admin\n- time: 2026-01-12T10:00:00Z\n- source: https://github.com/acme/app/pull/7\n\n```text\nReturn nothing for empty input\n```",
    );
    expect(text).toContain("```text\nFixes the crash on empty input.\n\nSee #3.\n```");
  });

  it("holds the diff, and lists what it does not hold", () => {
    expect(text).toContain(
      '### Diff of "src/parse.ts": modified, +1 -1\n\n- author: ada\n- role: admin\n\n```text\n@@ -1 +1 @@\n-a\n+b\n```',
    );
    expect(text).toContain('- "logo.png": no text diff: binary, empty or too large');
    expect(leftOut).toEqual([{ path: "logo.png", reason: "no text diff: binary, empty or too large" }]);
  });
});

describe("the query of a comment", () => {
  it("asks the question first and marks a stranger's description", () => {
    const { text } = makeQuery({ ...source, trigger: comment, question: "is this safe?" });
    expect(text.indexOf("is this safe?")).toBeLessThan(text.indexOf("### Title"));
    expect(text).toContain(
      "### Description of the pull request\n\n- author: mallory\n- role: none\n- trust: untrusted",
    );
    expect(text).not.toContain("/expert reviewer");
  });

  it("leaves a stranger's text out when told to", () => {
    const { text } = makeQuery({ ...source, trigger: comment, untrustedContext: "drop" });
    expect(text).not.toContain("Fixes the crash");
    expect(text).toContain("Left out: its author, mallory, is below the role this step trusts.");
    expect(text).toContain("is this safe?");
  });

  it("marks strangers also where anyone may ask", () => {
    const { text } = makeQuery({ ...source, trigger: issue, permission: "none" });
    expect(text).toContain("- trust: untrusted");
  });
});

describe("a text from outside", () => {
  const withBody = (body: string): string =>
    makeQuery({ ...source, trigger: { ...issue, thread: { ...issue.thread, body } } }).text;

  it("with invisible characters arrives without them, and the query says so", () => {
    const text = withBody("ignore\u200b \u{e0041}\u202ethis");
    expect(text).toContain("- removed: 4 invisible characters");
    expect(text).toContain("```text\nignore this\n```");
  });

  it("cannot end its own block", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom("```", "````", "`````", "~~~", "\n", "### Title", "- role: admin", " ", "x"),
        ),
        (parts) => {
          const body = `${parts.join("")}.`;
          const lines = withBody(body).split("\n");
          const start = lines.findIndex(
            (line, index) =>
              /^`{3,}text$/.test(line) && index > lines.indexOf("### Description of the issue"),
          );
          const fence = lines[start]?.slice(0, -4) ?? "";
          const end = lines.findIndex(
            (line, index) => index > start && new RegExp(`^ {0,3}\`{${fence.length},}\\s*$`).test(line),
          );
          expect(lines.slice(start + 1, end).join("\n")).toBe(body);
          expect(lines.slice(end + 1).join("")).toBe("");
        },
      ),
    );
  });
});

it("gives a manual run's inputs and asks nothing of a schedule", () => {
  const dispatch = triggerOf("workflowDispatch", "workflow_dispatch", "workflow_dispatch");
  expect(makeQuery({ ...source, trigger: dispatch }).text).toContain("topic: release notes");
  const schedule = triggerOf("schedule", "schedule", "schedule");
  expect(makeQuery({ ...source, trigger: schedule }).text).toBe("Scheduled run (17 4 * * 1).\n");
});

describe("a diff larger than its budget", () => {
  const hunk = (n: number): string => `@@ -${n} +${n} @@\n${"+x".repeat(20)}`;
  const small = file("small.ts", hunk(1));
  const large = file("large.ts", [hunk(1), hunk(2), hunk(3)].join("\n"));

  it("keeps whole files before parts of others, in the files' order", () => {
    const { shown, leftOut } = fitDiff([large, small], 120);
    expect(shown.map(({ file, patch }) => [file.path, patch])).toEqual([
      ["large.ts", hunk(1)],
      ["small.ts", hunk(1)],
    ]);
    expect(leftOut).toEqual([{ path: "large.ts", reason: "2 of 3 hunks do not fit" }]);
  });

  it("never takes more bytes than the budget, and forgets no file", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 8 }),
        fc.integer({ min: 0, max: 500 }),
        (sizes, max) => {
          const files = sizes.map((size, index) =>
            file(`f${index}`, Array.from({ length: size }, (_, n) => `${hunk(n)}é`).join("\n")),
          );
          const { shown, leftOut } = fitDiff(files, max);
          const bytes = shown.reduce((sum, each) => sum + Buffer.byteLength(each.patch), 0);
          expect(bytes).toBeLessThanOrEqual(max);
          const whole = shown.filter(({ file, patch }) => file.patch === patch).map(({ file }) => file.path);
          expect([...whole, ...leftOut.map(({ path }) => path)].sort()).toEqual(
            files.map(({ path }) => path).sort(),
          );
        },
      ),
    );
  });
});
