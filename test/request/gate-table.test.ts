import { expect, it } from "vitest";
import { decide } from "../../src/request/gate.ts";
import type { Role } from "../../src/request/role.ts";
import type { Actor, Thread, Trigger } from "../../src/request/trigger.ts";

/**
 * The rules of the gate a second time, as a table, for every combination of what they hang on. The columns of a row are
 * what must be so; a column that is left out may be anything. The first row that fits holds.
 */
type Columns = {
  readonly event: (typeof events)[number];
  readonly change: "new" | "edited" | "label" | "label taken" | "closed" | "own text";
  /** Against `permission`, `allow-users` and `allow-bots`. */
  readonly askers: "all may" | "one may not";
  readonly strangeBot: "asks" | "does not";
  readonly fork: "fork" | "own";
  readonly secrets: "present" | "missing";
  readonly draft: "draft" | "ready";
  readonly quota: "kept" | "exceeded";
  /** Everybody whose words or clicks are in it. */
  readonly involved: "writers" | "one below";
};

type Row = Partial<{ readonly [Column in keyof Columns]: readonly Columns[Column][] }> & {
  readonly verdict: string;
  readonly because: RegExp;
};

const events = [
  ...(["pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"] as const),
  ...([
    "issues",
    "comment on issue",
    "comment on pull request",
    "workflow_run",
    "run of pull request",
  ] as const),
  ...(["workflow_dispatch", "repository_dispatch", "release", "push", "schedule", "fork"] as const),
] as const;

const comments = [
  "pull_request_review",
  "pull_request_review_comment",
  "comment on issue",
  "comment on pull request",
] as const;
const threads = ["pull_request", "pull_request_target", "issues", "run of pull request"] as const;
const runs = ["workflow_run", "run of pull request"] as const;

const table: readonly Row[] = [
  { event: ["fork"], verdict: "skip unsupported-event", because: /not "fork"/ },
  { event: comments, change: ["own text"], verdict: "skip own-comment", because: /Expert Stack's own/ },
  {
    event: comments,
    change: ["edited", "label", "label taken"],
    verdict: "skip comment-action",
    because: /only a new one/,
  },
  {
    event: ["pull_request", "pull_request_target", "issues"],
    change: ["label taken"],
    verdict: "skip taken-back",
    because: /asks for nothing/,
  },
  {
    event: runs,
    change: ["edited", "label", "label taken"],
    verdict: "skip run-not-completed",
    because: /not completed/,
  },
  {
    event: ["pull_request", "pull_request_review", "pull_request_review_comment"],
    fork: ["fork"],
    secrets: ["missing"],
    verdict: "skip fork-without-secrets",
    because: /no secrets/,
  },
  { event: threads, change: ["closed"], verdict: "skip closed", because: /is closed/ },
  {
    event: ["pull_request", "pull_request_target", "run of pull request"],
    change: ["new", "edited", "own text"],
    draft: ["draft"],
    verdict: "skip draft",
    because: /is a draft/,
  },
  {
    event: ["workflow_dispatch", "repository_dispatch", "release", "push", "schedule"],
    verdict: "allow trusted",
    because: /Only people who may write can start this event/,
  },
  { strangeBot: ["asks"], verdict: "skip bot", because: /is a bot that `allow-bots` does not name/ },
  { askers: ["one may not"], verdict: "deny permission", because: /this step asks for `\w+`/ },
  { quota: ["exceeded"], verdict: "deny max-jobs-per-actor", because: /4 runs .* allows 3/ },
  { fork: ["fork"], verdict: "allow untrusted", because: /comes from a fork/ },
  { involved: ["one below"], verdict: "allow untrusted", because: /may not write to this repository/ },
  { verdict: "allow trusted", because: /Everyone involved may write/ },
];

/** Who asks, by what happened: the sender, the other person there is, both. Whoever ran it again always does. */
const asking = (event: Columns["event"], change: Columns["change"]): readonly ("sender" | "other")[] => {
  if (comments.some((one) => one === event)) return ["sender"];
  return change === "label" && event !== "workflow_run" && event !== "run of pull request"
    ? ["sender"]
    : ["sender", "other"];
};

const strength: Readonly<Record<string, number>> = {
  ...{ none: 0, read: 1, triage: 2, write: 3, maintain: 4, admin: 5 },
};

/** On a public repository everybody may read. */
const counted = (role: Role, visibility: string): number =>
  role === "read" && visibility === "public" ? 0 : (strength[role] ?? 0);

const person = (login: string, kind: string): Actor => {
  switch (kind) {
    case "bot":
      return { login: `${login}[bot]`, id: 9, type: "Bot" };
    case "allowed bot":
      return { login: "Renovate[bot]", id: 8, type: "Bot" };
    case "looks like an allowed bot":
      return { login: "renovate[bot]", id: 7, type: "User" };
    default:
      return { login, id: 1, type: "User" };
  }
};

type Situation = {
  readonly event: Columns["event"];
  readonly change: Columns["change"];
  readonly sender: { readonly role: Role; readonly kind: string };
  readonly other: { readonly role: Role; readonly kind: string };
  readonly rerun: Role | "nobody";
  readonly visibility: "public" | "private";
  readonly fork: Columns["fork"];
  readonly draft: Columns["draft"];
  readonly secrets: Columns["secrets"];
  readonly permission: Role;
  readonly named: boolean;
  readonly quota: Columns["quota"];
};

const columnsOf = (of: Situation): Columns => {
  const asked = asking(of.event, of.change);
  const may = ({ role, kind }: Situation["sender"], isNamed: boolean): boolean =>
    kind === "allowed bot" ||
    (isNamed && kind !== "bot") ||
    counted(role, of.visibility) >= (strength[of.permission] ?? 0);
  const people = [
    ...asked.map((who) => may(of[who], who === "sender" && of.named)),
    ...(of.rerun === "nobody" ? [] : [may({ role: of.rerun, kind: "user" }, false)]),
  ];
  const everyone = [of.sender.role, of.other.role, ...(of.rerun === "nobody" ? [] : [of.rerun])];
  return {
    ...{ event: of.event, change: of.change, fork: of.fork, draft: of.draft },
    ...{ secrets: of.secrets, quota: of.quota },
    askers: people.every(Boolean) ? "all may" : "one may not",
    strangeBot: asked.some((who) => of[who].kind === "bot") ? "asks" : "does not",
    involved: everyone.every((role) => counted(role, of.visibility) >= 3) ? "writers" : "one below",
  };
};

const fits = (row: Row, columns: Columns): boolean =>
  (Object.keys(columns) as (keyof Columns)[]).every((name) => {
    const wanted: readonly string[] | undefined = row[name];
    return wanted === undefined || wanted.includes(columns[name]);
  });

const words: Readonly<Record<Columns["change"], string>> = {
  ...{ new: "opened", edited: "edited", label: "labeled", "label taken": "unlabeled" },
  ...{ closed: "synchronize", "own text": "opened" },
};

const triggerOf = (of: Situation): Trigger => {
  const [sender, other] = [person("sender", of.sender.kind), person("other", of.other.kind)];
  const written = { body: "", createdAt: "", updatedAt: "", url: "" };
  const isNew = ["new", "closed", "own text"].includes(of.change);
  const action = words[of.change];
  const repository = { fullName: "acme/app", visibility: of.visibility, defaultBranch: "main", url: "" };
  const thread = (kind: Thread["kind"]): Thread => ({
    ...{ ...written, kind, author: other, number: 1, title: "", locked: false },
    ...{
      state: of.change === "closed" ? "closed" : "open",
      draft: kind === "pullRequest" && of.draft === "draft",
    },
  });
  const sides = { head: { sha: "1", ref: "x" }, base: { sha: "2", ref: "main" } };
  const pull = {
    thread: thread("pullRequest"),
    ...sides,
    origin: of.fork === "fork" ? "fork" : "repository",
  } as const;
  const on = { repository, sender, action };
  const route = of.change === "label" ? { route: { type: "label", name: "expert" } as const } : {};
  const comment = { ...written, author: sender, id: 1 };
  const run = {
    ...{ id: 1, name: "ci", conclusion: "failure", event: "push", url: "", branch: "x", sha: "1" },
    ...(of.fork === "fork" ? { headRepository: "mallory/app" } : { headRepository: "Acme/App" }),
    actors: [other],
  };
  const created = { ...on, action: isNew ? "created" : action };
  const completed = { ...on, action: isNew ? "completed" : "requested" };
  switch (of.event) {
    case "pull_request":
    case "pull_request_target":
      return { type: "pullRequest", event: of.event, ...on, ...pull, ...route };
    case "pull_request_review":
      return { type: "review", ...created, action: isNew ? "submitted" : action, ...pull, comment };
    case "pull_request_review_comment":
      return { type: "reviewComment", ...created, ...pull, comment: { ...comment, path: "a", hunk: "" } };
    case "issues":
      return { type: "issue", ...on, thread: thread("issue"), ...route };
    case "comment on issue":
      return { type: "issueComment", ...created, thread: thread("issue"), comment };
    case "comment on pull request":
      return { type: "pullComment", ...created, ...pull, comment };
    case "workflow_run":
      return { type: "workflowRun", ...completed, run };
    case "run of pull request":
      return { type: "workflowRunOfPull", ...completed, ...pull, run };
    case "workflow_dispatch":
      return { type: "workflowDispatch", ...on, ref: "", inputs: {} };
    case "repository_dispatch":
      return { type: "repositoryDispatch", ...on, data: {} };
    case "release":
      return { type: "release", ...on, tag: "v1", release: { ...written, author: sender, name: "" } };
    case "push":
      return { type: "push", ...on, ref: "", before: "", after: "", change: "updated", url: "" };
    case "schedule":
      return { type: "schedule", schedule: "0 0 * * *" };
    case "fork":
      return { type: "unsupported", event: "fork", reason: 'not "fork"' };
    default:
      return of.event satisfies never;
  }
};

const verdictOf = (of: Situation) => {
  const trigger = triggerOf(of);
  const rerunBy: Actor = { login: "again", id: 3, type: "User" };
  const roles = new Map<string, Role>([["again", of.rerun === "nobody" ? "none" : of.rerun]]);
  roles.set(person("other", of.other.kind).login.toLowerCase(), of.other.role);
  roles.set(person("sender", of.sender.kind).login.toLowerCase(), of.sender.role);
  return decide({
    trigger,
    policy: {
      ...{ permission: of.permission, allowBots: ["renovate[bot]"], maxJobsPerActor: 3 },
      allowUsers: of.named ? [person("sender", of.sender.kind).login] : [],
    },
    facts: {
      ...{ secrets: of.secrets, isOwn: of.change === "own text" && "comment" in trigger },
      ...(of.rerun === "nobody" ? {} : { rerunBy }),
    },
    roles,
    runs: of.quota === "exceeded" ? 4 : 3,
  });
};

const senders = [
  ...(["none", "read", "triage", "write", "admin"] as const).map((role) => ({ role, kind: "user" })),
  ...(["bot", "allowed bot"] as const).map((kind) => ({ role: "none" as const, kind })),
  { role: "none", kind: "looks like an allowed bot" } as const,
];
const others = [
  ...(["none", "triage", "maintain"] as const).map((role) => ({ role, kind: "user" })),
  { role: "none", kind: "bot" } as const,
];

/** Every combination; what an event does not have is said once. */
function* situations(): Generator<Situation> {
  const threaded = (event: Columns["event"]) => !["schedule", "fork", "push"].includes(event);
  for (const event of events) {
    for (const change of Object.keys(words) as Columns["change"][])
      for (const sender of threaded(event) ? senders : senders.slice(0, 1))
        for (const other of threaded(event) ? others : others.slice(0, 1))
          for (const rerun of ["nobody", "none", "write"] as const)
            for (const visibility of ["public", "private"] as const)
              for (const fork of ["own", "fork"] as const)
                for (const draft of ["ready", "draft"] as const)
                  for (const secrets of ["present", "missing"] as const)
                    for (const permission of [
                      "none",
                      "read",
                      "triage",
                      "write",
                      "maintain",
                      "admin",
                    ] as const)
                      for (const named of [false, true])
                        for (const quota of ["kept", "exceeded"] as const)
                          yield {
                            ...{ event, change, sender, other, rerun, visibility, fork, draft, secrets },
                            ...{ permission, named, quota },
                          };
  }
}

/** An issue and its comments come from no fork; the table speaks of those that can. */
const isPossible = ({ event, fork, draft }: Situation): boolean => {
  const hasFork = !["issues", "comment on issue"].includes(event);
  return (hasFork || fork === "own") && (hasFork || draft === "ready");
};

it("the gate and the table agree on every combination, and every row of the table is met", () => {
  const met = new Map(table.map((row) => [row, 0]));
  const differences: unknown[] = [];
  let count = 0;
  for (const situation of situations()) {
    if (!isPossible(situation)) continue;
    count++;
    const columns = columnsOf(situation);
    const row = table.find((one) => fits(one, columns));
    if (row === undefined) throw new Error(`no row for ${JSON.stringify(situation)}`);
    met.set(row, (met.get(row) ?? 0) + 1);
    const found = verdictOf(situation);
    const said = `${found.type} ${found.type === "allow" ? found.trust : found.rule}`;
    if (said !== row.verdict || !row.because.test(found.reason)) {
      differences.push({ situation, said, reason: found.reason, table: row.verdict });
      if (differences.length === 3) break;
    }
  }
  expect(differences).toEqual([]);
  expect([...met].filter(([, times]) => times === 0).map(([row]) => row.verdict)).toEqual([]);
  expect(count).toBeGreaterThan(1_000_000);
}, 120_000);
