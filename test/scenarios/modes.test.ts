import { describe, expect, test } from "vitest";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { addComment, addLabel, openIssue } from "../helpers/fake-github/populate-threads.ts";
import type { Issue } from "../helpers/fake-github/world.ts";
import { runAckJob, runPlanJob, runPublishJob, writesIn } from "../helpers/mode-jobs.ts";
import type { ActionOptions } from "../helpers/run-action.ts";
import type { StepRun } from "../helpers/step-run.ts";
import { commentEvent, issueEvent } from "../helpers/webhook.ts";

const manifest = `
model = "claude-sonnet-4-5"
[provider]
providerName = "anthropic"
[experts.triage]
version = "1.0.0"
instruction = "You sort out issues."
`;

type Call = { readonly name: string; readonly args: unknown };

type Scene = AsyncDisposable & {
  readonly world: ActionWorld;
  readonly issue: Issue;
  readonly options: ActionOptions;
};

const outputs = 'comment\nlabels allow=bug,needs-* max=2\nissue title-prefix="[expert] " labels=bug\nclose';

const calls: readonly Call[] = [
  { name: "addLabels", args: { labels: ["bug"] } },
  { name: "openIssue", args: { title: "Oil the hinge", body: "Thanks @alice." } },
  { name: "closeThread", args: { reason: "completed" } },
];

const start = async (
  scene: {
    readonly answers?: Parameters<typeof startActionWorld>[0]["answers"];
    readonly inputs?: Readonly<Record<string, string>>;
    readonly question?: string;
  } = {},
): Promise<Scene> => {
  const world = await startActionWorld({
    files: { "perstack.toml": manifest },
    answers:
      scene.answers ?? ((index) => (index === 0 ? { toolCalls: calls } : { text: "Sorted out, @bob." })),
    visibility: "private",
  });
  const { github, repository } = world;
  addLabel(github.world, repository, "bug");
  const issue = openIssue(github.world, repository, {
    author: "alice",
    title: "It squeaks",
    body: "At night.",
  });
  const inputs = { expert: "triage", "safe-outputs": outputs, ...scene.inputs };
  const webhook =
    scene.question === undefined
      ? await issueEvent(world, { number: issue.number, by: "alice" })
      : await asked(world, issue, scene.question);
  const options = { webhook, inputs };
  return { world, issue, options, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
};

const asked = async (world: ActionWorld, issue: Issue, body: string) => {
  const comment = addComment(world.github.world, world.repository, issue, { author: "alice", body });
  return await commentEvent(world, { number: issue.number, comment: comment.id, by: "alice" });
};

const concluded = ({ exitCode, outputs: { conclusion } }: StepRun) => [exitCode, conclusion];

describe("given a job that plans with a token that may only read, and one that publishes without a model", () => {
  test("the second publishes what the first planned, and both tell of it", { timeout: 60_000 }, async () => {
    await using scene = await start();
    const { world, issue, options } = scene;
    const planned = await runPlanJob(world, options);
    expect(planned.log).not.toContain("::error");
    expect(concluded(planned)).toEqual([0, "planned"]);
    expect(writesIn(planned)).toEqual([]);
    expect(issue).toMatchObject({ labels: [], comments: [], reactions: [], state: "open" });
    expect(planned.summary).toContain(
      "Nothing is published yet: the answer and 3 further outputs are in the plan",
    );
    expect(world.results.artifacts.map(({ name }) => name)).toEqual([
      `expert-stack-${planned.outputs["job-id"]}-1`,
      `expert-stack-${planned.outputs["job-id"]}-1-plan.json`,
    ]);
    const asksOfModel = world.model.requests.length;

    const published = await runPublishJob(world, options, planned.outputs);
    expect(published.log).not.toContain("::error");
    expect(concluded(published)).toEqual([0, "success"]);
    expect(world.model.requests).toHaveLength(asksOfModel);
    expect(issue).toMatchObject({ labels: ["bug"], state: "closed", stateReason: "completed" });
    expect(issue.comments.map(({ body }) => body)).toEqual([
      expect.stringMatching(/^<!-- expert-stack .*"publish".*\n\nSorted out, <code>@bob<\/code>\.\n/),
    ]);
    expect(issue.comments[0]?.body).toContain(`/artifacts/${planned.outputs["artifact-id"]}`);
    expect(world.repository.issues.get(2)).toMatchObject({
      title: "[expert] Oil the hinge",
      labels: ["bug"],
    });
    expect(issue.reactions.map(({ content }) => content)).toEqual(["rocket"]);
    const { plan: _plan, "plan-digest": _digest, ...told } = planned.outputs;
    expect(published.outputs).toMatchObject({
      ...told,
      ...{ conclusion: "success", "execution-file": "", plan: "" },
      "comment-url": expect.stringContaining("#issuecomment-"),
      "response-file": expect.stringContaining("answer.md"),
    });
    expect(published.summary).toContain("### Published\n\n- labels: 1\n- issue: ");
  });
});

describe("given a job that did not complete", () => {
  test("its plan carries why, and the second job says so in the thread", async () => {
    await using scene = await start({
      inputs: { "max-retries": "0" },
      answers: () => ({ status: 400, type: "invalid_request_error", message: "no such model, @alice" }),
    });
    const { world, issue, options } = scene;
    const planned = await runPlanJob(world, options);
    expect(concluded(planned)).toEqual([1, "failure"]);
    expect(writesIn(planned)).toEqual([]);
    const published = await runPublishJob(world, options, planned.outputs);
    expect(concluded(published)).toEqual([1, "failure"]);
    expect(issue.comments).toHaveLength(1);
    expect(issue.comments[0]?.body).toMatch(/<code>triage<\/code> failed[\s\S]*no such model, @alice/);
    expect(issue.reactions.map(({ content }) => content)).toEqual(["confused"]);
  });

  test("outputs that it planned are withheld", async () => {
    await using scene = await start({ inputs: { "max-steps": "1" } });
    const { world, issue, options } = scene;
    const planned = await runPlanJob(world, options);
    expect(concluded(planned)).toEqual([1, "limit"]);
    const published = await runPublishJob(world, options, planned.outputs);
    expect(concluded(published)).toEqual([1, "limit"]);
    expect(issue).toMatchObject({ labels: [], state: "open" });
    expect(published.summary).toContain("since the job did not complete: 3 planned outputs");
  });
});

describe("given a job that leaves no plan", () => {
  test("the second job ends as the first, and says where to look", async () => {
    await using scene = await start({ inputs: { config: "other.toml" } });
    const { world, issue, options } = scene;
    const planned = await runPlanJob(world, options);
    expect([concluded(planned), planned.outputs.plan]).toEqual([[2, "invalid"], "invalid"]);
    const published = await runPublishJob(world, options, planned.outputs);
    expect(concluded(published)).toEqual([2, "invalid"]);
    expect(published.summary).toContain("The job that plans ended as `invalid` and left no plan");
    expect(issue.comments).toEqual([]);
  });

  test("a job that was skipped is followed by one that is", async () => {
    await using scene = await start({ question: "Just talking." });
    const { world, options } = scene;
    const planned = await runPlanJob(world, options);
    expect([concluded(planned), planned.outputs.plan]).toEqual([[0, "skipped"], "skipped"]);
    const published = await runPublishJob(world, options, planned.outputs);
    expect(concluded(published)).toEqual([0, "skipped"]);
    expect([...writesIn(planned), ...writesIn(published)]).toEqual([]);
    expect(world.results.artifacts).toEqual([]);
  });

  test.each([
    ["nothing", {}, "The input `plan` is empty"],
    [
      "a number that no artifact has",
      { plan: "4711", "plan-digest": `sha256:${"0".repeat(64)}` },
      "no artifact 4711",
    ],
    ["a word", { plan: "success" }, "no number of an artifact"],
    ["no digest", { plan: "101" }, "`plan-digest` is no digest"],
  ])("%s is no plan, and nothing is written", async (_, handed, reason) => {
    await using scene = await start();
    const published = await runPublishJob(scene.world, scene.options, handed);
    expect(concluded(published)).toEqual([2, "invalid"]);
    expect(published.summary).toContain(reason);
    expect(writesIn(published)).toEqual([]);
  });

  test("a plan that is given to another mode is a mistake", async () => {
    await using scene = await start();
    const inputs = { ...scene.options.inputs, plan: "101" };
    const planned = await runPlanJob(scene.world, { ...scene.options, inputs });
    expect(concluded(planned)).toEqual([2, "invalid"]);
    expect(planned.summary).toContain("are for `mode: publish`");
  });
});

describe("given a job that only acknowledges", () => {
  test("whoever asked sees eyes at once, and a rocket once it is published", async () => {
    await using scene = await start({ question: "/expert Why?", answers: () => ({ text: "Because." }) });
    const { world, issue, options } = scene;
    const acknowledged = await runAckJob(world, options);
    expect(concluded(acknowledged)).toEqual([0, "success"]);
    expect(acknowledged.summary).toBe("");
    expect(acknowledged.prompts).toEqual([]);
    const reactions = () => issue.comments[0]?.reactions.map(({ content }) => content);
    expect(reactions()).toEqual(["eyes"]);
    const planned = await runPlanJob(world, options);
    expect(reactions()).toEqual(["eyes"]);
    await runPublishJob(world, options, planned.outputs);
    expect(reactions()).toEqual(["rocket"]);
    expect(issue.comments).toHaveLength(2);
  });

  test("help is answered once, by the job that publishes", async () => {
    await using scene = await start({ question: "/expert help" });
    const { world, issue, options } = scene;
    const acknowledged = await runAckJob(world, options);
    const planned = await runPlanJob(world, options);
    expect([...writesIn(acknowledged), ...writesIn(planned)]).toEqual([]);
    expect(concluded(planned)).toEqual([0, "skipped"]);
    await runPublishJob(world, options, planned.outputs);
    expect(issue.comments).toHaveLength(2);
    expect(issue.comments[1]?.body).toContain("/expert");
  });
});

test("a job that publishes without the permission says which one it lacks", async () => {
  await using scene = await start({
    inputs: { "safe-outputs": "comment" },
    answers: () => ({ text: "Done." }),
  });
  const { world, options } = scene;
  const planned = await runPlanJob(world, options);
  const published = await runPublishJob(
    world,
    { ...options, permissions: { contents: "read", issues: "read" } },
    planned.outputs,
  );
  expect(concluded(published)).toEqual([1, "undelivered"]);
  expect(published.summary).toContain("issues: write");
});
