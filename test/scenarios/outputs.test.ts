import { describe, expect, test } from "vitest";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { addCollaborator } from "../helpers/fake-github/populate-people.ts";
import { addLabel, openIssue } from "../helpers/fake-github/populate-threads.ts";
import type { Issue, Permissions } from "../helpers/fake-github/world.ts";
import { runStep, type StepRun } from "../helpers/step-run.ts";
import { issueEvent, scheduleEvent } from "../helpers/webhook.ts";

const manifestOf = (more = ""): string => `
model = "claude-sonnet-4-5"
[provider]
providerName = "anthropic"
[experts.triage]
version = "1.0.0"
instruction = "You sort out issues."
${more}`;

type Call = { readonly name: string; readonly args: unknown };

type Scene = {
  readonly outputs: string;
  readonly calls: readonly Call[];
  readonly inputs?: Readonly<Record<string, string>>;
  readonly by?: string;
  readonly permissions?: Permissions;
  readonly manifest?: string;
};

/** One step on a new issue, in which the model makes these calls at once. */
const play = async (
  scene: Scene,
): Promise<{ world: ActionWorld; ran: StepRun; issue: Issue } & AsyncDisposable> => {
  const world = await startActionWorld({
    files: { "perstack.toml": scene.manifest ?? manifestOf() },
    answers: (index) => (index === 0 ? { toolCalls: scene.calls } : { text: "Sorted out." }),
    ...(scene.permissions === undefined ? {} : { permissions: scene.permissions }),
  });
  const { github, repository } = world;
  for (const label of ["bug", "needs-repro", "deploy"]) addLabel(github.world, repository, label);
  addCollaborator(github.world, repository, "grace", "triage");
  const by = scene.by ?? "alice";
  const issue = openIssue(github.world, repository, { author: by, title: "It squeaks", body: "At night." });
  const webhook = await issueEvent(world, { number: issue.number, by });
  const inputs = { expert: "triage", "safe-outputs": scene.outputs, ...scene.inputs };
  const ran = await runStep(world, { webhook, inputs });
  return { world, ran, issue, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
};

const all =
  'comment\nlabels allow=bug,needs-* max=2\nassign allow=grace\nissue title-prefix="[expert] " labels=bug\nclose';

const labels = (...names: readonly string[]): Call => ({ name: "addLabels", args: { labels: names } });
const results = (ran: StepRun): readonly string[] => (ran.prompts[1]?.results ?? []).map(({ text }) => text);

describe("given outputs that the step allows", () => {
  test("each is published once the Expert has finished, and the summary lists them", async () => {
    await using scene = await play({
      outputs: all,
      calls: [
        { name: "closeThread", args: { reason: "not_planned" } },
        labels("bug", "needs-repro"),
        { name: "assignPeople", args: { logins: ["grace"] } },
        { name: "openIssue", args: { title: "Oil the hinge", body: "Fixes #1, thanks @alice." } },
      ],
    });
    const { ran, issue, world } = scene;
    expect(ran.log).not.toContain("::error");
    expect([ran.exitCode, ran.outputs.conclusion]).toEqual([0, "success"]);
    expect(results(ran)).toEqual(
      Array(4).fill("It is planned, and will be published once you have finished."),
    );
    expect(issue).toMatchObject({
      labels: ["bug", "needs-repro"],
      assignees: ["grace"],
      state: "closed",
      stateReason: "not_planned",
    });
    expect(issue.comments).toHaveLength(1);
    const opened = world.repository.issues.get(2);
    expect(opened).toMatchObject({
      title: "[expert] Oil the hinge",
      labels: ["bug"],
      author: "github-actions[bot]",
    });
    expect(opened?.body).not.toMatch(/Fixes #1|(?<!<code>)@alice/);
    expect(opened?.body).toContain(`Written by an Expert, \`${ran.outputs["job-id"]}\``);
    expect(ran.summary).toContain("### Published\n\n- labels: 2\n- assigned: 1\n- issue: ");
    const writes = ran.api.filter((line) => /^(POST|PATCH) (?!.*\/reactions)\/repos/.test(line));
    expect(writes.map((line) => line.replace(/^\w+ .*?\/issues\/?/, ""))).toEqual([
      ...["1/labels", "1/assignees", "", "1/comments", "1"],
    ]);
  });

  test("without a thread only what needs none is offered", async () => {
    await using world = await startActionWorld({
      files: { "perstack.toml": manifestOf() },
      answers: () => ({ text: "Done." }),
    });
    const webhook = await scheduleEvent(world, "0 4 * * 1");
    const ran = await runStep(world, { webhook, inputs: { expert: "triage", "safe-outputs": all } });
    const tools = ran.prompts[0]?.tools ?? [];
    expect(tools).toContain("openIssue");
    for (const name of ["addLabels", "assignPeople", "closeThread"]) expect(tools).not.toContain(name);
  });
});

describe("given what the step does not allow", () => {
  test.each([
    ["a label of another name", [labels("deploy")], '"deploy" is not one that this step allows'],
    [
      "more labels than allowed",
      [labels("bug"), labels("needs-repro"), labels("needs-x")],
      "At most 2 labels",
    ],
    ["somebody else", [{ name: "assignPeople", args: { logins: ["alice"] } }], '"alice" is not one'],
    [
      "a tool of an output that is not named",
      [{ name: "openIssue", args: { title: "x", body: "y" } }],
      "openIssue",
    ],
  ] as const)("%s is refused at once, and the rest goes on", async (_, calls, reason) => {
    const outputs = all.replace(/\nissue[^\n]*/, "");
    await using scene = await play({ outputs, calls });
    expect(results(scene.ran).at(-1)).toContain(reason);
    expect([scene.ran.exitCode, scene.ran.outputs.conclusion]).toEqual([0, "success"]);
    expect(scene.issue.labels).not.toContain("deploy");
    expect(scene.issue.assignees).toEqual([]);
    expect(scene.world.repository.issues.size).toBe(1);
  });

  test("a label that the repository has not is made by nobody, and the step says so", async () => {
    await using scene = await play({ outputs: all, calls: [labels("needs-c2stYW50LWFwaTAz")] });
    const { ran, world } = scene;
    expect([ran.exitCode, ran.outputs.conclusion]).toEqual([1, "undelivered"]);
    expect(ran.summary).toContain("The repository has no label");
    expect([...world.repository.labels.keys()]).toEqual(["bug", "needs-repro", "deploy"]);
    expect(scene.issue.comments.map(({ body }) => body)).toEqual([
      expect.stringMatching(/Not delivered: labels: The repository has no label/),
    ]);
  });

  test("somebody whom GitHub does not assign is named, and the others are assigned", async () => {
    await using scene = await play({
      outputs: "comment\nassign allow=* max=2",
      calls: [{ name: "assignPeople", args: { logins: ["grace", "nobody"] } }],
    });
    const { ran, issue } = scene;
    expect([ran.exitCode, ran.outputs.conclusion]).toEqual([1, "undelivered"]);
    expect(ran.summary).toContain("GitHub does not assign nobody here.");
    expect(issue.assignees).toEqual(["grace"]);
  });

  test("on an untrusted trigger nothing is closed, and no tool for it is offered", async () => {
    await using scene = await play({
      outputs: all,
      inputs: { permission: "triage" },
      by: "grace",
      calls: [{ name: "closeThread", args: { reason: "completed" } }],
    });
    expect(scene.ran.prompts[0]?.tools).not.toContain("closeThread");
    expect(scene.issue.state).toBe("open");
  });

  test("what is required and does not come makes the step undelivered", async () => {
    await using scene = await play({ outputs: "comment\nlabels allow=bug required", calls: [] });
    expect([scene.ran.exitCode, scene.ran.outputs.conclusion]).toEqual([1, "undelivered"]);
    expect(scene.ran.summary).toContain("labels: The Expert planned none, and the step requires one.");
  });

  test("a job that does not complete publishes nothing of what it planned", async () => {
    await using scene = await play({ outputs: all, calls: [labels("bug")], inputs: { "max-steps": "1" } });
    expect([scene.ran.exitCode, scene.ran.outputs.conclusion]).toEqual([1, "limit"]);
    expect(scene.issue.labels).toEqual([]);
    expect(scene.ran.summary).toContain("Not published, since the job did not complete: 1 planned output.");
  });

  test("a token without the permission fails each by itself, and names what is missing", async () => {
    await using scene = await play({
      outputs: "labels allow=bug\nissue",
      permissions: { contents: "read", issues: "read" },
      calls: [labels("bug"), { name: "openIssue", args: { title: "x", body: "y" } }],
    });
    expect([scene.ran.exitCode, scene.ran.outputs.conclusion]).toEqual([1, "undelivered"]);
    expect(scene.ran.summary).toContain("issues: write");
    expect(scene.issue.labels).toEqual([]);
  });
});

test("an issue holds no secret, in whatever form the Expert writes it", async () => {
  const key = "sk-ant-api03-canary-0123456789abcdef";
  const forms = [
    key,
    Buffer.from(key).toString("base64"),
    [...key].reverse().join(""),
    encodeURIComponent(key),
  ];
  await using scene = await play({
    outputs: all,
    calls: [{ name: "openIssue", args: { title: `Key ${key}`, body: forms.join("\n\n") } }],
  });
  const opened = scene.world.repository.issues.get(2);
  expect(opened?.title).toContain("[expert] Key");
  for (const form of forms) expect(`${opened?.title} ${opened?.body}`).not.toContain(form);
});

test("a skill whose tool has the name of one of these is refused", async () => {
  const manifest = manifestOf(
    '[experts.triage.skills.ask]\ntype = "interactiveSkill"\n[experts.triage.skills.ask.tools.addLabels]\n',
  );
  await using scene = await play({ outputs: all, calls: [], manifest });
  expect([scene.ran.exitCode, scene.ran.outputs.conclusion]).toEqual([2, "invalid"]);
  expect(scene.ran.summary).toContain("addLabels");
});
