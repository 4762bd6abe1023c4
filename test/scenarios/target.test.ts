import { expect, test } from "vitest";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { manifestOf } from "../helpers/expert-run.ts";
import { addCollaborator } from "../helpers/fake-github/populate-people.ts";
import { addLabel, openIssue, openPullRequest } from "../helpers/fake-github/populate-threads.ts";
import type { Issue, Permissions } from "../helpers/fake-github/world.ts";
import { runStep, type StepRun } from "../helpers/step-run.ts";
import { issueEvent, scheduleEvent, type Webhook } from "../helpers/webhook.ts";

const outputs = "comment target=1\nlabels allow=bug target=1\nassign allow=grace target=1\nclose target=1";
const calls = [
  { name: "addLabels", args: { labels: ["bug"] } },
  { name: "assignPeople", args: { logins: ["grace"] } },
  { name: "closeThread", args: { reason: "not_planned" } },
];

/** One step whose model asks for everything at once, in a world where #1 is an issue or a pull request. */
const play = async (scene: {
  readonly first: "issue" | "pullRequest";
  readonly outputs?: string;
  readonly permissions?: Permissions;
  readonly event: (world: ActionWorld) => Promise<Webhook>;
}): Promise<{ world: ActionWorld; ran: StepRun; first: Issue } & AsyncDisposable> => {
  const world = await startActionWorld({
    files: { "perstack.toml": manifestOf(), "a.txt": "one\n" },
    answers: (index) => (index === 0 ? { toolCalls: calls } : { text: "Weekly news." }),
    ...(scene.permissions === undefined ? {} : { permissions: scene.permissions }),
  });
  const { github, repository, checkout } = world;
  addLabel(github.world, repository, "bug");
  addCollaborator(github.world, repository, "grace", "triage");
  checkout.checkout("feature");
  checkout.commit({ "a.txt": "two\n" });
  checkout.mirrorTo(github.world, repository);
  const first =
    scene.first === "issue"
      ? openIssue(github.world, repository, { author: "alice" })
      : openPullRequest(github.world, repository, { author: "alice", head: "feature" });
  const webhook = await scene.event(world);
  const inputs = { expert: "reviewer", "safe-outputs": scene.outputs ?? outputs };
  const ran = await runStep(world, { webhook, inputs });
  return { world, ran, first, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
};

const schedule = async (world: ActionWorld): Promise<Webhook> => await scheduleEvent(world, "0 4 * * 1");

test.each(["issue", "pullRequest"] as const)(
  "given a schedule, what the step directs at a thread is done there (%s)",
  async (kind) => {
    await using scene = await play({ first: kind, event: schedule });
    expect(scene.ran.log).not.toContain("::error");
    expect([scene.ran.exitCode, scene.ran.outputs.conclusion]).toEqual([0, "success"]);
    expect(scene.first).toMatchObject({ labels: ["bug"], assignees: ["grace"], state: "closed" });
    expect(scene.first.comments.map(({ body }) => body)).toEqual([expect.stringContaining("Weekly news.")]);
    expect(scene.ran.outputs["comment-url"]).toContain("/1#issuecomment-");
  },
);

test("given an issue of its own, nothing is done to it but what is directed nowhere else", async () => {
  const event = async (world: ActionWorld): Promise<Webhook> => {
    const { number } = openIssue(world.github.world, world.repository, { author: "alice" });
    return await issueEvent(world, { number, by: "alice" });
  };
  await using scene = await play({ first: "issue", outputs: outputs.replace(" target=1", ""), event });
  const second = scene.world.repository.issues.get(2);
  expect(second).toMatchObject({ labels: [], assignees: [], state: "open" });
  expect(second?.comments).toHaveLength(1);
  expect(scene.first).toMatchObject({ labels: ["bug"], assignees: ["grace"], state: "closed", comments: [] });
});

test("given a thread that is not there, each says so by itself", async () => {
  await using scene = await play({
    first: "issue",
    outputs: outputs.replaceAll("=1", "=99"),
    event: schedule,
  });
  expect([scene.ran.exitCode, scene.ran.outputs.conclusion]).toEqual([1, "undelivered"]);
  expect(scene.ran.summary).toContain("#99, which `safe-outputs` names");
});

test("given a token for pull requests alone, an issue's permission is named", async () => {
  const permissions = { contents: "read", pull_requests: "write" } as const;
  await using scene = await play({ first: "issue", permissions, event: schedule });
  expect(scene.ran.outputs.conclusion).toBe("undelivered");
  expect(scene.ran.summary).toContain("issues: write");
});
