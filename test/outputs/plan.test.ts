import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { admitOutput } from "../../src/outputs/admit-output.ts";
import type { OutputScope } from "../../src/outputs/kinds/kind.ts";
import { type OutputPolicy, publishingOrder } from "../../src/outputs/output-kinds.ts";
import { outputTools } from "../../src/outputs/output-tools.ts";
import { type OutputPlan, planOutputs } from "../../src/outputs/plan.ts";

const issue: OutputScope = { thread: { kind: "issue" }, trust: "trusted" };
const policy: OutputPolicy = {
  labels: { required: false, allow: ["bug", "needs-*"], max: 2 },
  assign: { required: false, allow: ["ada"], max: 1 },
  issue: { required: true, titlePrefix: "[x] ", labels: [], max: 1 },
  close: { required: false, untrusted: false },
};

const planned = (recorded: readonly unknown[], more: { policy?: OutputPolicy; scope?: OutputScope } = {}) =>
  planOutputs(recorded, { policy, scope: issue, ...more });

describe("a plan", () => {
  it("is in the order of publishing, whatever the order of asking", () => {
    const close = { kind: "close", reason: "completed" };
    const labels = { kind: "labels", labels: ["bug"] };
    const opened = { kind: "issue", title: "Later", body: "b" };
    expect(planned([close, opened, labels]).outputs).toEqual([labels, opened, close]);
  });

  it.each([
    ["a label that is not allowed", { kind: "labels", labels: ["bug", "deploy"] }, /"deploy" is not one/],
    ["a label in pieces", { kind: "labels", labels: ["needs-a,deploy"] }, /is not one/],
    ["a hidden character", { kind: "labels", labels: ["needs-\u200bx"] }, /is not one/],
    ["too many labels", { kind: "labels", labels: ["bug", "needs-a", "needs-b"] }, /At most 2 labels/],
    ["somebody else", { kind: "assign", logins: ["mallory"] }, /"mallory" is not one/],
    ["a kind that there is not", { kind: "force-push", paths: ["a"] }, /cannot be read/],
    ["something damaged", { kind: "labels", labels: "bug" }, /cannot be read/],
    ["nothing", null, /cannot be read/],
    ["an issue without a title", { kind: "issue", title: "  ", body: "b" }, /needs a title/],
  ])("has nothing of %s, and says so", (_, recorded, reason) => {
    const { outputs, refused } = planned([recorded]);
    expect(outputs).toEqual([]);
    expect(refused).toEqual([expect.stringMatching(reason)]);
  });

  it.each([".", "..", ""])("has no label %j, whatever is allowed", (name) => {
    const any = { labels: { required: false, allow: ["*"], max: 2 } };
    expect(planned([{ kind: "labels", labels: [name] }], { policy: any }).refused).toEqual([
      expect.stringMatching(/is not one/),
    ]);
  });

  it("counts what is planned already, and the same label once", () => {
    const asked = (...labels: readonly string[]) => ({ kind: "labels", labels });
    expect(planned([asked("bug"), asked("Bug", "needs-a"), asked("needs-b")]).refused).toHaveLength(1);
    const opened = { kind: "issue", title: "Later", body: "b" };
    expect(planned([opened, opened]).refused).toEqual([expect.stringMatching(/At most 1 issues/)]);
  });

  it("misses what is required and was not planned", () => {
    expect(planned([{ kind: "labels", labels: ["bug"] }]).missing).toEqual(["issue"]);
  });

  it("closes nothing on an untrusted trigger, unless the step says so", () => {
    const close = { kind: "close", reason: "completed" };
    const scope: OutputScope = { ...issue, trust: "untrusted" };
    expect(planned([close], { scope }).outputs).toEqual([]);
    const allowing = { ...policy, close: { required: false, untrusted: true } };
    expect(planned([close], { scope, policy: allowing }).outputs).toEqual([close]);
  });

  it("lets no check pass for a stranger, whatever would satisfy a required one, unless the step says so", () => {
    const scope: OutputScope = { commit: "c0ffee", trust: "untrusted" };
    const rule = { required: false, untrusted: false, maxAnnotations: 1 };
    const report = (conclusion: string) => ({ kind: "check", conclusion, title: "t", summary: "s" });
    const conclusions = (check: NonNullable<OutputPolicy["check"]>) =>
      ["success", "neutral", "failure", "action_required"].filter(
        (conclusion) => planned([report(conclusion)], { scope, policy: { check } }).outputs.length === 1,
      );
    expect(conclusions(rule)).toEqual(["failure", "action_required"]);
    expect(conclusions({ ...rule, untrusted: true })).toHaveLength(4);
  });

  it("does nothing to a thread where there is none", () => {
    const recorded = [
      { kind: "labels", labels: ["bug"] },
      { kind: "close", reason: "completed" },
    ];
    expect(planned(recorded, { scope: { trust: "trusted" } }).outputs).toEqual([]);
  });
});

const word = fc.constantFrom("bug", "needs-a", "needs-b", "area/x", "deploy", "ada", "GRACE", "", "a,b", "*");
const words = fc.array(word, { maxLength: 4 });
const allow = fc.array(fc.constantFrom("bug", "needs-*", "area/*", "*", "ada", "gr*"), {
  minLength: 1,
  maxLength: 3,
});
const max = fc.integer({ min: 1, max: 3 });
const required = fc.boolean();
/** A rule, and sometimes one with a thread of its own. */
const targeted = <Rule extends object>(rule: fc.Arbitrary<Rule>) =>
  fc.oneof(
    rule,
    rule.map((one) => ({ ...one, target: 12 })),
  );
const policies: fc.Arbitrary<OutputPolicy> = fc.record(
  {
    review: fc.record({ required, maxComments: max, approve: fc.boolean(), untrusted: fc.boolean() }),
    labels: targeted(fc.record({ required, allow, max })),
    assign: targeted(fc.record({ required, allow, max })),
    issue: fc.record({ required, titlePrefix: fc.constant("[x] "), labels: words, max }),
    check: fc.record({ required, untrusted: fc.boolean(), maxAnnotations: max }),
    "pull-request": fc.record({
      ...{
        required,
        branch: fc.subarray(["expert/*", "fix/**"], { minLength: 1 }),
        paths: words,
        maxFiles: max,
      },
      ...{ base: fc.constant(undefined), titlePrefix: word, labels: words },
      state: fc.constantFrom("draft" as const, "ready" as const),
    }),
    push: fc.record({ required, untrusted: fc.boolean(), paths: words, maxFiles: max }),
    close: targeted(fc.record({ required, untrusted: fc.boolean() })),
  },
  { requiredKeys: [] },
);
const patch = "@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n";
const diff = { head: "a".repeat(40), files: [{ path: "a.txt", patch }, { path: "image.png" }] };
const trust = fc.constantFrom("trusted" as const, "untrusted" as const);
const commit = fc.constant("c0ffee".padEnd(40, "0"));
const scopes: fc.Arbitrary<OutputScope> = fc.oneof(
  fc.record({ trust, commit }, { requiredKeys: ["trust"] }),
  fc.record({ trust, thread: fc.record({ kind: fc.constant("issue" as const) }) }),
  fc.record(
    {
      trust,
      thread: fc.record({ kind: fc.constant("pullRequest" as const) }),
      diff: fc.constant(diff),
      commit,
      head: fc.constant({ branch: "feature", sha: "c0ffee".padEnd(40, "0") }),
    },
    { requiredKeys: ["trust", "thread", "diff"] },
  ),
);
const annotation = fc.record({
  path: fc.constantFrom("src/a.ts", "/etc/passwd", "../a", "a//b", ".", "a\\b", "a\u200bb"),
  startLine: fc.integer({ min: -1, max: 3 }),
  endLine: fc.integer({ min: -1, max: 3 }),
  level: fc.constantFrom("notice", "failure", "error"),
  message: word,
});
const check = fc.record({
  kind: fc.constant("check"),
  conclusion: fc.constantFrom("success", "neutral", "failure", "action_required", "skipped"),
  title: word,
  summary: word,
  annotations: fc.array(annotation, { maxLength: 3 }),
  // Nobody but the policy names a check or says what it is of.
  name: word,
  commit: word,
});
const lineNumber = fc.integer({ min: -1, max: 5 });
const finding = fc.record(
  {
    kind: fc.constant("review"),
    part: fc.constant("finding"),
    path: fc.constantFrom("a.txt", "image.png", "b.txt", ""),
    side: fc.constantFrom("LEFT", "RIGHT"),
    line: lineNumber,
    startLine: lineNumber,
    title: fc.constantFrom("It squeaks", "it squeaks!", "Another", " "),
    body: word,
    suggestion: word,
  },
  { requiredKeys: ["kind", "part", "path", "side", "line", "title", "body"] },
);
const verdict = fc.record({
  kind: fc.constant("review"),
  part: fc.constant("verdict"),
  event: fc.constantFrom("COMMENT", "REQUEST_CHANGES", "APPROVE", "PENDING"),
  summary: word,
});
const branch = fc.constantFrom(
  ...["expert/a", "expert/a/b", "fix/a/b", "main", "expert/", "expert/..", "expert/a.lock", "expert/-a"],
  ...[
    "refs/heads/expert/a",
    "expert/a b",
    "EXPERT/a",
    "expert/\u00e4",
    "expert/a\nb",
    "expert//a",
    "expert/@{1}",
  ],
);
const calls = fc.array(
  fc.oneof(
    finding,
    verdict,
    fc.record({ kind: fc.constant("labels"), labels: words, target: fc.constant(13) }),
    fc.record({ kind: fc.constant("assign"), logins: words }),
    fc.record({ kind: fc.constant("issue"), title: word, body: word }),
    check,
    // Nobody but the policy says what is committed, on which base, or to which branch a push goes.
    fc.record({
      kind: fc.constant("pull-request"),
      branch,
      title: word,
      body: word,
      base: word,
      paths: words,
    }),
    fc.record({ kind: fc.constant("push"), message: word, branch, head: word, force: fc.boolean() }),
    fc.record({ kind: fc.constant("close"), reason: fc.constantFrom("completed", "not_planned", "x") }),
    fc.anything(),
  ),
  { maxLength: 8 },
);

/** The same for a review. */
const reviewFaults = ({ outputs }: OutputPlan, allowed: OutputPolicy, scope: OutputScope) => {
  const parts = outputs.filter((one) => one.kind === "review");
  const rule = allowed.review;
  if (parts.length === 0) return [];
  if (rule === undefined || scope.thread?.kind !== "pullRequest") return ["a review of nothing"];
  const findings = parts.filter((one) => one.part === "finding");
  const verdicts = parts.filter((one) => one.part === "verdict");
  const places = findings.map(({ path, side, line, title }) =>
    [path, side, line, title.toLowerCase().replace("!", "")].join(),
  );
  const approves = verdicts.some(({ event }) => event === "APPROVE");
  return [
    ...(findings.length > rule.maxComments ? ["many findings"] : []),
    ...(verdicts.length > 1 ? ["many verdicts"] : []),
    ...(new Set(places).size < places.length ? ["a finding twice"] : []),
    ...(approves && !rule.approve ? ["approves"] : []),
    ...(approves && scope.trust === "untrusted" && !rule.untrusted ? ["approves a stranger's"] : []),
    ...findings.flatMap(({ path, side, line, startLine = 0, title, suggestion }) => [
      ...(path === "" || title.trim() === "" || line < 1 || startLine >= line ? ["no place"] : []),
      ...(suggestion !== undefined && side === "LEFT" ? ["a suggestion for what is gone"] : []),
    ]),
  ];
};

/** The rules again, of a whole plan: by what is said in plain words of each kind. */
const faults = ({ outputs }: OutputPlan, allowed: OutputPolicy, scope: OutputScope): readonly string[] => {
  const names = {
    labels: outputs.flatMap((one) => (one.kind === "labels" ? one.labels : [])),
    assign: outputs.flatMap((one) => (one.kind === "assign" ? one.logins : [])),
  };
  const found: string[] = [...reviewFaults({ outputs, refused: [], missing: [] }, allowed, scope)];
  for (const kind of ["labels", "assign"] as const) {
    const rule = allowed[kind];
    if (names[kind].length > 0 && rule === undefined) found.push(`${kind} without a rule`);
    if (new Set(names[kind].map((name) => name.toLowerCase())).size > (rule?.max ?? 0))
      found.push(`many ${kind}`);
    for (const name of names[kind]) {
      const fits = rule?.allow.some((pattern) => {
        const [begin = "", end] = pattern.toLowerCase().split("*");
        const plain = name.toLowerCase();
        return end === undefined ? plain === begin : plain.startsWith(begin) && plain.endsWith(end);
      });
      if (fits !== true || name === "" || name.includes(",")) found.push(`${kind} ${name}`);
    }
    if (names[kind].length > 0 && scope.thread === undefined && rule?.target === undefined)
      found.push(`${kind} of nothing`);
  }
  const issues = outputs.filter(({ kind }) => kind === "issue").length;
  if (issues > (allowed.issue?.max ?? 0)) found.push("many issues");
  const closes = outputs.filter(({ kind }) => kind === "close").length;
  const mayClose =
    allowed.close !== undefined &&
    (scope.thread !== undefined || allowed.close.target !== undefined) &&
    (scope.trust === "trusted" || allowed.close.untrusted);
  if (closes > (mayClose ? 1 : 0)) found.push("closes");
  if (outputs.some((one) => "target" in one)) found.push("chooses a thread");
  return [...found, ...checkFaults(outputs, allowed, scope), ...codeFaults(outputs, allowed, scope)];
};

const codeFaults = (
  outputs: OutputPlan["outputs"],
  allowed: OutputPolicy,
  { head, trust }: OutputScope,
): readonly string[] => {
  const found: string[] = [];
  const opened = outputs.flatMap((one) => (one.kind === "pull-request" ? [one] : []));
  const pushes = outputs.filter(({ kind }) => kind === "push");
  if (opened.length > (allowed["pull-request"] === undefined ? 0 : 1)) found.push("many pull requests");
  for (const one of opened) {
    const names = allowed["pull-request"]?.branch.flatMap((pattern) =>
      pattern === "expert/*" ? ["expert/a"] : ["fix/a/b"],
    );
    if (names?.includes(one.branch) !== true) found.push(`branch ${JSON.stringify(one.branch)}`);
    if (one.title === "") found.push("no title");
  }
  const mayPush =
    allowed.push !== undefined && head !== undefined && (trust === "trusted" || allowed.push.untrusted);
  if (pushes.length > (mayPush ? 1 : 0)) found.push("pushes");
  const known = ["kind", "branch", "title", "body", "message"];
  for (const one of [...opened, ...pushes])
    if (Object.keys(one).some((name) => !known.includes(name))) found.push("chooses what is the policy's");
  if (pushes.some((one) => "branch" in one)) found.push("chooses the branch of a push");
  return found;
};

const checkFaults = (
  outputs: OutputPlan["outputs"],
  { check: rule }: OutputPolicy,
  { commit, trust }: OutputScope,
): readonly string[] => {
  const found: string[] = [];
  const checks = outputs.flatMap((one) => (one.kind === "check" ? [one] : []));
  if (checks.length > (rule === undefined || commit === undefined ? 0 : 1)) found.push("many checks");
  for (const one of checks) {
    const isPassing = one.conclusion === "success" || one.conclusion === "neutral";
    if (isPassing && trust === "untrusted" && rule?.untrusted !== true) found.push("passes for a stranger");
    if ("name" in one || "commit" in one) found.push("chooses its name or commit");
    if (one.annotations.length > (rule?.maxAnnotations ?? 0)) found.push("many annotations");
    for (const { path, startLine, endLine } of one.annotations) {
      if (path !== "src/a.ts") found.push(`annotates ${path}`);
      if (startLine < 1 || endLine < startLine) found.push("annotates no line");
    }
  }
  return found;
};

describe("whatever the policy and whatever is asked", () => {
  it("the plan is within the policy, and everything asked for is in it or refused", () => {
    fc.assert(
      fc.property(policies, scopes, calls, (allowed, scope, asked) => {
        const plan = planOutputs(asked, { policy: allowed, scope });
        expect(faults(plan, allowed, scope)).toEqual([]);
        expect(plan.outputs.length + plan.refused.length).toBe(asked.length);
      }),
      { numRuns: 3_000 },
    );
  });

  it("a plan planned again is the same", () => {
    fc.assert(
      fc.property(policies, scopes, calls, (allowed, scope, asked) => {
        const { outputs } = planOutputs(asked, { policy: allowed, scope });
        expect(planOutputs(outputs, { policy: allowed, scope })).toMatchObject({ outputs, refused: [] });
      }),
      { numRuns: 1_000 },
    );
  });

  it("a tool is offered for what can be planned, and for nothing else", () => {
    fc.assert(
      fc.property(policies, scopes, (allowed, scope) => {
        const offered = [...new Set(outputTools(allowed, scope).map(({ kind }) => kind))];
        const sample = {
          review: { kind: "review", part: "verdict", event: "COMMENT", summary: "" },
          labels: { kind: "labels", labels: [allowed.labels?.allow[0]?.replace("*", "x") ?? "x"] },
          assign: { kind: "assign", logins: [allowed.assign?.allow[0]?.replace("*", "x") ?? "x"] },
          issue: { kind: "issue", title: "t", body: "b" },
          check: { kind: "check", conclusion: "failure", title: "t", summary: "s", annotations: [] },
          "pull-request": {
            kind: "pull-request",
            ...{ title: "t", body: "b" },
            branch: allowed["pull-request"]?.branch[0]?.replace(/\*+/, "x") ?? "x",
          },
          push: { kind: "push", message: "m" },
          close: { kind: "close", reason: "completed" },
        } as const;
        const possible = publishingOrder.filter(
          (kind) => admitOutput(sample[kind], { policy: allowed, scope, planned: [] }).type === "planned",
        );
        expect(offered).toEqual(possible);
      }),
      { numRuns: 1_000 },
    );
  });
});
