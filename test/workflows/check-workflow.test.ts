import { describe, expect, it } from "vitest";
import { checkWorkflow, workflowRules } from "../../src/workflows/check-workflow.ts";

/** Given as GitHub's expressions are written, which are no templates of ours. */
const expression = (text: string): string => `\${{ ${text} }}`;

const fine = `name: expert command
on:
  issue_comment:
    types: [created]
permissions:
  contents: read
  issues: write
  pull-requests: write
concurrency:
  group: expert-${expression("github.event.issue.number")}-${expression("startsWith(github.event.comment.body, '/expert') && 'command' || github.run_id")}
jobs:
  answer:
    if: startsWith(github.event.comment.body, '/expert')
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
        with:
          persist-credentials: false
      - id: expert
        uses: expert-stack/expert-stack@v1
        with:
          expert: tour
        env:
          ANTHROPIC_API_KEY: ${expression("secrets.ANTHROPIC_API_KEY")}
`;

const onPull = fine
  .replace("issue_comment:\n    types: [created]", "pull_request:")
  .replace("  issues: write\n", "")
  .replace(/concurrency:\n.*\n/, "")
  .replace(/ {4}if: .*\n/, "");

/** Names of the rules that found something, each with the line it points to. */
const found = (text: string): readonly string[] =>
  checkWorkflow({ text, file: "x.yml" }).findings.map(({ line, remedy }) => {
    const source = text.split("\n")[line - 1]?.trim() ?? "";
    return `${/\(([a-z-]+)\)$/.exec(remedy)?.[1]}: ${source}`;
  });

const group = (text: string, cancels: boolean): string =>
  fine.replace(/ {2}group: .*\n/, `  group: ${text}\n  cancel-in-progress: ${cancels}\n`);

const key = expression("secrets.ANTHROPIC_API_KEY");
const target = onPull.replace("pull_request:", "pull_request_target:");

/** What is changed, and what is found then. Every rule has a row. */
const rows: readonly (readonly [what: string, text: string, found: readonly string[]])[] = [
  [
    "a group by the thread's number",
    group(`e-${expression("github.event.issue.number")}`, true),
    ["own-comment: concurrency:"],
  ],
  [
    "a group by the thread's number that does not cancel",
    group(`e-${expression("github.event.issue.number")}`, false),
    ["own-comment: concurrency:"],
  ],
  [
    "one group for everything",
    target.replace("jobs:", `concurrency: e-${expression("github.ref")}\njobs:`),
    [`one-group: concurrency: e-${expression("github.ref")}`],
  ],
  ["comments without a condition", fine.replace(/ {4}if: .*\n/, ""), ["every-comment: answer:"]],
  [
    "a required check with a condition",
    onPull
      .replace("    runs-on", "    if: github.event.pull_request.draft == false\n    runs-on")
      .replace("expert: tour", "expert: tour\n          on-skip: fail"),
    ["skipped-check: if: github.event.pull_request.draft == false"],
  ],
  [
    "a required check behind a filter",
    onPull
      .replace("pull_request:", "pull_request:\n    paths: [src/**]")
      .replace("expert: tour", "expert: tour\n          on-skip: fail"),
    ["filtered-check: paths: [src/**]"],
  ],
  [
    "a stranger's commit",
    target.replace(
      "persist-cre",
      `ref: ${expression("github.event.pull_request.head.sha")}\n          persist-cre`,
    ),
    ["head-checked-out: with:"],
  ],
  [
    "a stranger's commit, by a command",
    target.replace("      - id: expert", "      - run: gh pr checkout 7\n      - id: expert"),
    ["head-checked-out: - run: gh pr checkout 7"],
  ],
  [
    "the checkout's own action",
    onPull.replace("expert-stack/expert-stack@v1", "./"),
    ["own-checkout: uses: ./"],
  ],
  [
    "a key for the whole workflow",
    onPull.replace("jobs:", `env:\n  KEY: ${key}\njobs:`),
    [`key-at-large: KEY: ${key}`],
  ],
  [
    "a key for the whole job",
    onPull.replace("    steps:", `    env:\n      KEY: ${key}\n    steps:`),
    [`key-at-large: KEY: ${key}`],
  ],
  [
    "an answer in a script",
    `${onPull}      - run: echo "${expression("steps.expert.outputs.final-message")}"\n`,
    [`answer-in-script: - run: echo "${expression("steps.expert.outputs.final-message")}"`],
  ],
  [
    "a credential in the workspace",
    onPull.replace("        with:\n          persist-credentials: false\n", ""),
    ["credential-left: - uses: actions/checkout@v6"],
  ],
  [
    "a bot by its actor",
    onPull.replace("    runs-on", "    if: github.actor == 'dependabot[bot]'\n    runs-on"),
    ["bot-by-actor: if: github.actor == 'dependabot[bot]'"],
  ],
  ["no permissions", onPull.replace(/permissions:\n( .*\n)+/, ""), ["permissions-missing: answer:"]],
  [
    "all permissions",
    onPull.replace(/permissions:\n( .*\n)+/, "permissions: write-all\n"),
    ["permissions-wide: permissions: write-all"],
  ],
  [
    "more than it needs",
    onPull.replace("contents: read", "contents: write"),
    ["permissions-wide: contents: write"],
  ],
  [
    "less than it needs",
    onPull.replace("  pull-requests: write\n", ""),
    ["permission-lacking: permissions:"],
  ],
  [
    "new issues without their permission",
    onPull.replace("expert: tour", "expert: tour\n          safe-outputs: issue max=2"),
    ["permission-lacking: permissions:"],
  ],
  [
    "a check without its permission",
    onPull.replace("expert: tour", "expert: tour\n          safe-outputs: check"),
    ["permission-lacking: permissions:"],
  ],
  [
    "a push without its permission",
    onPull.replace("expert: tour", "expert: tour\n          safe-outputs: push paths=docs/**"),
    ["permission-lacking: permissions:"],
  ],
  [
    "a pull request without its permissions",
    onPull
      .replace("  pull-requests: write\n", "")
      .replace("expert: tour", "expert: tour\n          safe-outputs: pull-request paths=docs/**"),
    ["permission-lacking: permissions:", "permission-lacking: permissions:"],
  ],
];

describe("given a workflow that runs an Expert", () => {
  it.each([
    ["of comments", fine],
    ["of pull requests", onPull],
    ["of forks", target],
    [
      "with a condition of its job's group",
      fine
        .replace(/concurrency:\n.*\n/, "")
        .replace("    runs-on", `    concurrency: e-${expression("github.event.issue.number")}\n    runs-on`),
    ],
    ["that logs in by OIDC", onPull.replace("contents: read", "contents: read\n  id-token: write")],
    [
      "that pushes",
      onPull
        .replace("contents: read", "contents: write")
        .replace("expert: tour", "expert: tour\n          safe-outputs: push paths=docs/**"),
    ],
    [
      "that pushes by an app's token",
      onPull.replace(
        "expert: tour",
        `expert: tour\n          safe-outputs: push paths=docs/**\n          github-token: ${expression("steps.app.outputs.token")}`,
      ),
    ],
  ])("one %s that is as it should be has no finding", (_, text) => expect(found(text)).toEqual([]));

  it.each(rows)("%s is found, with its line", (_, text, expected) => expect(found(text)).toEqual(expected));

  it("every rule has an example", () => {
    const shown = new Set(rows.flatMap(([, , names]) => names.map((name) => name.split(":")[0])));
    expect([...shown].sort()).toEqual(workflowRules.map(({ name }) => name).sort());
  });
});

it("a workflow without an Expert is nobody's business here", () => {
  const text = onPull.replace("expert: tour", "config: x").replace("contents: read", "contents: write");
  expect(checkWorkflow({ text, file: "x.yml" })).toEqual({ findings: [], jobs: 0 });
});

it.each([
  ["no YAML", "on: [push\njobs: {}\n", 2],
  ["no workflow", "name: x\non: push\n", 1],
  ["a job that is none", "on: push\njobs:\n  a: 7\n", 3],
  ["nothing", "", 1],
])("%s is an error with its line", (_, text, line) => {
  const { findings } = checkWorkflow({ text, file: "x.yml" });
  expect(findings).toEqual([expect.objectContaining({ severity: "error", line })]);
});
