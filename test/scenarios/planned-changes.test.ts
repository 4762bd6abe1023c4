import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { manifestOf } from "../helpers/expert-run.ts";
import { readCommit } from "../helpers/fake-github/git-objects.ts";
import type { Permissions } from "../helpers/fake-github/world.ts";
import {
  type Handed,
  planIn,
  runPlanJob,
  runPublishJob,
  uploadPlan,
  writesIn,
} from "../helpers/mode-jobs.ts";
import type { StepRun } from "../helpers/step-run.ts";
import { dispatchEvent } from "../helpers/webhook.ts";

/** A pull request that one job makes of what another's workspace came to, which it never sees. */
const permissions: Permissions = { contents: "write", issues: "write", pull_requests: "write" };
const policy = { expert: "reviewer", "safe-outputs": "pull-request paths=src/**" };

/** Nobody's: it only looks like one. */
const key = `ghp_${"A1b2C3d4E5f6".repeat(3)}`;

type Scene = AsyncDisposable & {
  readonly world: ActionWorld;
  readonly planned: StepRun;
  publish(
    handed?: Readonly<Record<string, string>>,
    inputs?: Readonly<Record<string, string>>,
  ): Promise<StepRun>;
};

const start = async (written: Readonly<Record<string, string>> = {}): Promise<Scene> => {
  const edits = { "src/a.ts": "two\n", "src/new/b.bin": "\u0000b", ...written };
  const world = await startActionWorld({
    files: { "perstack.toml": manifestOf(), "src/a.ts": "one\n", "docs/a.md": "# A\n" },
    answers: [
      {
        toolCalls: Object.entries(edits).map(([path, text]) => ({
          name: "writeTextFile",
          args: { path, text },
        })),
      },
      {
        toolCalls: [
          {
            name: "openPullRequest",
            args: { branch: "expert/mend", title: "Mend it", body: "It squeaked." },
          },
        ],
      },
      { text: "Done." },
    ],
  });
  const webhook = await dispatchEvent(world, { by: "alice" });
  const planned = await runPlanJob(world, { webhook, inputs: policy });
  return {
    ...{ world, planned },
    publish: (handed = planned.outputs, inputs = {}) =>
      runPublishJob(world, { webhook, inputs: { ...policy, ...inputs }, permissions }, handed),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
};

const ended = ({ exitCode, outputs }: StepRun) => [exitCode, outputs.conclusion];

/** The plan of the scene with something else in its change, and the digest of that. */
const forged = async (
  { world, planned }: Scene,
  change: (was: Record<string, unknown>) => Record<string, unknown>,
): Promise<Handed> => {
  const plan = planIn(world, planned);
  const { change: was, ...more } = plan;
  if (typeof was !== "object" || was === null) throw new Error("the plan has no change");
  return await uploadPlan(world, JSON.stringify({ ...more, change: change({ ...was }) }));
};

test("a change of the workspace goes from the job that plans to the one that publishes", async () => {
  await using scene = await start();
  const { world, planned } = scene;
  expect([ended(planned), writesIn(planned)]).toEqual([[0, "planned"], []]);
  const published = await scene.publish();
  expect(published.log).not.toContain("::error");
  expect(ended(published)).toEqual([0, "success"]);
  const { repository } = world;
  const commit = readCommit(repository.objects, repository.branches.get("expert/mend") ?? "");
  expect(commit?.parents).toEqual([world.checkout.head()]);
  expect(repository.issues.get(1)).toMatchObject({ title: "Mend it" });
  expect(world.results.artifacts).toHaveLength(2);
});

test("what its own policy refuses, the second job does not publish", async () => {
  await using scene = await start();
  const { world } = scene;
  const published = await scene.publish(undefined, { "safe-outputs": "pull-request paths=docs/**" });
  expect(ended(published)).toEqual([2, "invalid"]);
  expect(published.log).toContain("`safe-outputs`: the plan says");
  expect(world.repository.branches.has("expert/mend")).toBe(false);
});

test.each([
  ["a file that the policy does not name", ".github/workflows/ci.yml", "It would touch what it may not"],
  ["a secret of the job that publishes", "src/key.ts", "What looks like a secret"],
] as const)("a plan with %s publishes nothing of it", async (_, path, reason) => {
  await using scene = await start();
  const { world } = scene;
  const text = path === "src/key.ts" ? `export const key = "${key}";\n` : "on: push\n";
  const file = { path, was: "nothing", is: "file", content: Buffer.from(text).toString("base64") };
  const handed = await forged(scene, (was) => {
    const change = Object(was.change);
    return { ...was, change: { ...change, files: [...change.files, file], after: [...change.after, path] } };
  });
  const published = await scene.publish(handed);
  expect(ended(published)).toEqual([1, "undelivered"]);
  expect(published.log).toContain(reason);
  expect(writesIn(published)).toEqual([]);
  expect(world.repository.branches.has("expert/mend")).toBe(false);
});

test("a plan on top of another tree than its commit's is refused before anything is written", async () => {
  await using scene = await start();
  const handed = await forged(scene, (was) => ({
    ...was,
    change: { ...Object(was.change), baseTree: createHash("sha1").update("other").digest("hex") },
  }));
  const published = await scene.publish(handed);
  expect(ended(published)).toEqual([1, "undelivered"]);
  expect(published.log).toContain("The change is said to be on top of the tree");
  expect(writesIn(published)).toEqual([]);
});

test("what may not be published at all is not in the plan, and the second job says why", async () => {
  await using scene = await start({ "docs/a.md": "# B\n" });
  const { world, planned } = scene;
  expect(planIn(world, planned).change).toEqual({
    base: world.checkout.head(),
    reason: expect.stringContaining('"docs/a.md"'),
  });
  const published = await scene.publish();
  expect(ended(published)).toEqual([1, "undelivered"]);
  expect(published.log).toContain("docs/a.md");
  expect(writesIn(published)).toEqual([]);
});
