import { describe, expect, test } from "vitest";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { manifestOf } from "../helpers/expert-run.ts";
import { addCollaborator } from "../helpers/fake-github/populate-people.ts";
import { openIssue, openPullRequest } from "../helpers/fake-github/populate-threads.ts";
import type { CheckRun, Permissions } from "../helpers/fake-github/world.ts";
import { runStep, type StepRun } from "../helpers/step-run.ts";
import { issueEvent, pullRequestEvent, pushEvent, type Webhook } from "../helpers/webhook.ts";

type Scene = {
  readonly outputs?: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly permissions?: Permissions;
  readonly event: (world: ActionWorld) => Promise<Webhook>;
};

const allowed = { contents: "read", checks: "write" } as const;
const fine = { conclusion: "success", title: "Fine", summary: "Nothing found." };

/** One step in which the model reports a check at once. */
const play = async (
  scene: Scene,
): Promise<{ world: ActionWorld; ran: StepRun; checks: readonly CheckRun[] } & AsyncDisposable> => {
  const calls = [{ name: "reportCheck", args: scene.args }];
  const world = await startActionWorld({
    files: { "perstack.toml": manifestOf(), "a.txt": "one\n" },
    answers: (index) => (index === 0 ? { toolCalls: calls } : { text: "Reported." }),
    permissions: scene.permissions ?? allowed,
  });
  const webhook = await scene.event(world);
  const inputs = { expert: "reviewer", "safe-outputs": scene.outputs ?? "check", ...scene.inputs };
  const ran = await runStep(world, { webhook, inputs });
  const { checks } = world.repository;
  return { world, ran, checks, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
};

const pullRequest =
  (by = "alice") =>
  async (world: ActionWorld): Promise<Webhook> => {
    const { github, repository, checkout } = world;
    addCollaborator(github.world, repository, "grace", "triage");
    checkout.checkout("feature");
    checkout.commit({ "a.txt": "two\n" });
    checkout.mirrorTo(github.world, repository);
    const { number } = openPullRequest(github.world, repository, { author: by, head: "feature" });
    return await pullRequestEvent(world, { number, by });
  };

const remarks = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    path: "a.txt",
    startLine: index + 1,
    endLine: index + 1,
    level: "warning",
    message: `Remark ${index}.`,
  }));

describe("given a pull request", () => {
  test("of somebody who is denied, nothing is reported, whatever requires it", async () => {
    await using scene = await play({ outputs: "check required", args: fine, event: pullRequest("grace") });
    expect([scene.ran.exitCode, scene.ran.outputs.conclusion]).toEqual([0, "denied"]);
    expect(scene.checks).toEqual([]);
  });

  test("the check is of its recorded head, by the policy's name, with all annotations in their order", async () => {
    const args = { ...fine, conclusion: "failure", annotations: remarks(75) };
    const outputs = 'check name="Expert review" max-annotations=80';
    await using scene = await play({ outputs, args, event: pullRequest() });
    const { ran, checks, world } = scene;
    expect(ran.log).not.toContain("::error");
    expect([ran.exitCode, ran.outputs.conclusion]).toEqual([0, "success"]);
    const pull = [...world.repository.issues.values()][0]?.pull;
    expect(checks).toHaveLength(1);
    expect(checks[0]).toMatchObject({ name: "Expert review", conclusion: "failure", headSha: pull?.headSha });
    expect(checks[0]?.summary).toContain("Nothing found.");
    expect(checks[0]?.annotations.map(({ message }) => message)).toEqual(
      remarks(75).map(({ message }) => message),
    );
    const writes = ran.api.filter((line) => line.includes("/check-runs"));
    expect(writes.map((line) => line.split(" ")[0])).toEqual(["POST", "PATCH"]);
    expect(ran.summary).toContain("- check: http");
  });

  test("a name of the model's is refused, and the check has the Expert's", async () => {
    await using named = await play({ args: { ...fine, name: "ci" }, event: pullRequest() });
    expect(named.checks).toEqual([]);
    expect(named.ran.prompts[1]?.results[0]?.isError).toBe(true);
    await using plain = await play({ args: fine, event: pullRequest() });
    expect(plain.checks.map(({ name }) => name)).toEqual(["Expert reviewer"]);
  });

  test("by somebody who may not write, nothing passes a required check", async () => {
    const inputs = { permission: "triage" };
    await using scene = await play({ args: fine, inputs, event: pullRequest("grace") });
    expect(scene.checks).toEqual([]);
    expect(scene.ran.prompts[1]?.results[0]?.isError).toBe(true);
    const args = { ...fine, conclusion: "action_required" };
    await using asked = await play({ args, inputs, event: pullRequest("grace") });
    expect(asked.checks.map(({ conclusion }) => conclusion)).toEqual(["action_required"]);
    await using trusting = await play({
      args: fine,
      inputs,
      outputs: "check untrusted",
      event: pullRequest("grace"),
    });
    expect(trusting.checks.map(({ conclusion }) => conclusion)).toEqual(["success"]);
  });

  test("no secret is in title, summary, path or message, and nobody is mentioned", async () => {
    const key = "sk-ant-api03-canary-0123456789abcdef";
    const forms = [key, Buffer.from(key).toString("base64"), [...key].reverse().join("")];
    const [form = ""] = forms;
    const annotations = forms.map((text) => ({ ...remarks(1)[0], path: `src/${text}.ts`, message: text }));
    const args = { ...fine, title: form, summary: `${forms.join(" ")} for @alice, fixes #1`, annotations };
    await using scene = await play({ args, event: pullRequest() });
    const [check] = scene.checks;
    for (const text of forms) expect(JSON.stringify(check)).not.toContain(text);
    expect(check?.annotations).toHaveLength(3);
    expect(check?.summary).toContain("<code>@alice</code>");
  });

  test("without `checks: write` the step is undelivered and names it", async () => {
    await using scene = await play({ args: fine, permissions: { contents: "read" }, event: pullRequest() });
    expect([scene.ran.exitCode, scene.ran.outputs.conclusion]).toEqual([1, "undelivered"]);
    expect(scene.ran.summary).toContain("checks: write");
  });
});

test("given a push, the check is of its commit", async () => {
  await using scene = await play({ args: fine, event: (world) => pushEvent(world, { by: "alice" }) });
  expect(scene.checks.map(({ headSha }) => headSha)).toEqual([scene.world.checkout.head()]);
});

test("given an issue, there is no commit to check, and a check that is required does not come", async () => {
  const event = async (world: ActionWorld): Promise<Webhook> => {
    const { number } = openIssue(world.github.world, world.repository, { author: "alice" });
    return await issueEvent(world, { number, by: "alice" });
  };
  await using scene = await play({ outputs: "check required", args: fine, event });
  expect(scene.ran.prompts[0]?.tools).not.toContain("reportCheck");
  expect([scene.ran.exitCode, scene.ran.outputs.conclusion]).toEqual([1, "undelivered"]);
});
