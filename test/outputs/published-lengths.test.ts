import { describe, expect, it } from "vitest";
import { publishableCheck } from "../../src/outputs/kinds/check.ts";
import { publishableIssue } from "../../src/outputs/kinds/issue.ts";
import { publishablePullRequest } from "../../src/outputs/kinds/pull-request.ts";

const rules = {
  text: { serverHost: "github.com", allowLinks: [], allowMentions: [], closingKeywords: "neutralise" },
  redact: (text: string) => text,
  origin: "<sub>origin</sub>",
  trace: "trace",
  marker: { workflow: "review", job: "expert", expert: "reviewer" },
  change: { base: "", baseTree: "", tree: "", files: [], after: [] },
} as const;
const common = { required: false, titlePrefix: "[x] ", labels: [] } as const;

/** As long as a tool takes it, and several times longer once it notifies nobody. */
const mentions = (characters: number): string => "@ada ".repeat(characters / 5);
const title = "#1 ".repeat(84);

const pullRequest = publishablePullRequest(
  { kind: "pull-request", branch: "expert/mend", title, body: mentions(60_000) },
  { ...common, paths: ["**"], maxFiles: 1, branch: ["expert/*"], base: undefined, state: "ready" },
  rules,
);
const issue = publishableIssue(
  { kind: "issue", title, body: mentions(60_000) },
  { ...common, max: 1 },
  rules,
);
const check = publishableCheck(
  { kind: "check", conclusion: "failure", title, summary: mentions(30_000), annotations: [] },
  { required: false, untrusted: false, maxAnnotations: 1 },
  rules,
);

describe("given texts that grow when they are made safe", () => {
  it.each([
    ["an issue", issue.body],
    ["a pull request", pullRequest.body],
    ["a check", check.summary],
  ])("the text of %s is cut to what GitHub takes, says so, and keeps the runner's line", (_, { text }) => {
    expect([...text].length).toBeLessThanOrEqual(65_535);
    expect([...text].length).toBeGreaterThan(60_000);
    expect(text).toMatch(/was cut here\._\n\n<sub>origin<\/sub>\n$/);
    expect(text).not.toMatch(/(?<!<code>)@ada/);
  });

  it("the title of a pull request has at most 256 characters, its prefix among them", () => {
    const { text } = pullRequest.title;
    expect(text).toMatch(/^\[x\] # 1 # 1 /);
    expect(text.length).toBeLessThanOrEqual(256);
  });
});
