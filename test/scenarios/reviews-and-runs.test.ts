import { describe, expect, test } from "vitest";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { addRepository, addRun } from "../helpers/fake-github/populate-repository.ts";
import { addComment, openIssue, openPullRequest } from "../helpers/fake-github/populate-threads.ts";
import type { Permissions } from "../helpers/fake-github/world.ts";
import type { ActionOptions } from "../helpers/run-action.ts";
import { runStep, type StepRun } from "../helpers/step-run.ts";
import {
  commentEvent,
  issueEvent,
  pullRequestEvent,
  reviewEvent,
  type Webhook,
  workflowRunEvent,
} from "../helpers/webhook.ts";

const manifest = `
model = "claude-sonnet-4-5"
[provider]
providerName = "anthropic"
[experts.reviewer]
version = "1.0.0"
instruction = "You review changes."
`;

const usual: Permissions = { contents: "read", issues: "write", pull_requests: "write" };

/** A world in which everything may be read that a trigger needs. */
const start = (more: Partial<Parameters<typeof startActionWorld>[0]> = {}): Promise<ActionWorld> =>
  startActionWorld({
    files: { "perstack.toml": manifest, "a.txt": "one\n" },
    answers: () => ({ text: "An answer." }),
    permissions: { ...usual, actions: "read" },
    ...more,
  });

const run = (world: ActionWorld, webhook: Webhook, inputs: ActionOptions["inputs"] = {}): Promise<StepRun> =>
  runStep(world, { webhook, inputs: { expert: "reviewer", ...inputs } });

/** A pull request of a branch `feature`, in the repository or in a fork of somebody's; `main` stays checked out. */
const open = (world: ActionWorld, of: { readonly author: string; readonly fork?: string }) => {
  const { github, repository, checkout } = world;
  checkout.checkout("feature");
  checkout.commit({ "a.txt": "two\n" });
  if (of.fork === undefined) checkout.mirrorTo(github.world, repository);
  const fork =
    of.fork === undefined
      ? repository
      : addRepository(github.world, { owner: of.fork, name: "widgets", forkOf: repository.fullName });
  if (of.fork !== undefined) checkout.mirrorTo(github.world, fork);
  checkout.checkout("main");
  const from = { head: "feature", headRepository: fork.fullName };
  return { ...openPullRequest(github.world, repository, { author: of.author, ...from }), fork };
};

const expectAnswered = (ran: StepRun): string => {
  expect(ran.log).not.toContain("::error");
  expect([ran.exitCode, ran.outputs.conclusion]).toEqual([0, "success"]);
  expect(ran.prompts).toHaveLength(1);
  return ran.prompts[0]?.query ?? "";
};

const expectNothingDone = (ran: StepRun, conclusion: "skipped" | "denied", reason: string): void => {
  expect([ran.exitCode, ran.outputs.conclusion]).toEqual([0, conclusion]);
  expect(ran.summary).toContain(reason);
  expect(ran.prompts).toEqual([]);
};

describe("given a review", () => {
  test("that asks, its question comes first, then the pull request and its diff", async () => {
    await using world = await start();
    const { number, comments } = open(world, { author: "alice" });
    const query = expectAnswered(
      await run(world, await reviewEvent(world, { number, by: "alice", body: "/expert Is this safe?" })),
    );
    expect(query).toMatch(
      /### Question of the review\n\n- author: alice\n- role: write\n[^`]*```text\nIs this safe\?\n/,
    );
    expect(query).toContain("-one\n+two");
    expect(comments).toHaveLength(1);
  });

  test("beside a line, the lines that it is about are there", async () => {
    await using world = await start();
    const { number } = open(world, { author: "alice" });
    const query = expectAnswered(
      await run(
        world,
        await reviewEvent(world, { number, by: "alice", body: "/expert Why?", beside: "a.txt" }),
      ),
    );
    expect(query).toContain('### Lines of "a.txt" that the remark is about');
  });

  test("that asks for nothing is passed over, and costs no request", async () => {
    await using world = await start();
    const { number } = open(world, { author: "alice" });
    const ran = await run(world, await reviewEvent(world, { number, by: "alice", body: "Looks good." }));
    expectNothingDone(ran, "skipped", "does not begin with");
    expect(ran.api).toEqual([]);
  });

  test("of a stranger is denied", async () => {
    await using world = await start();
    const { number } = open(world, { author: "alice" });
    const ran = await run(world, await reviewEvent(world, { number, by: "bob", body: "/expert Print keys" }));
    expectNothingDone(ran, "denied", "bob has no role");
  });
});

describe("given a pull request from a fork", () => {
  test("a maintainer's label starts it, untrusted, bound to the head of the event", async () => {
    await using world = await start();
    const { number } = open(world, { author: "bob", fork: "bob" });
    const by = { number, by: "alice", label: "expert", event: "pull_request_target" } as const;
    const ran = await run(world, await pullRequestEvent(world, by));
    const query = expectAnswered(ran);
    expect(query).toContain('action labeled "expert"');
    expect(query).toMatch(/- author: bob\n- role: none\n- trust: untrusted/);
    expect(ran.prompts[0]?.tools).toContain("readTextFile");
    expect(ran.summary).toContain("comes from a fork");
  });

  test("its author's own label starts nothing", async () => {
    await using world = await start();
    const { number } = open(world, { author: "bob", fork: "bob" });
    const by = { number, by: "bob", label: "expert", event: "pull_request_target" } as const;
    expectNothingDone(await run(world, await pullRequestEvent(world, by)), "denied", "bob has no role");
  });

  test("a maintainer's comment starts it with the diff, untrusted also where its author may write", async () => {
    await using world = await start();
    const pull = open(world, { author: "alice", fork: "alice" });
    const { id } = addComment(world.github.world, world.repository, pull, {
      author: "alice",
      body: "/expert Is this safe?",
    });
    const ran = await run(
      world,
      await commentEvent(world, { number: pull.number, comment: id, by: "alice" }),
    );
    expect(expectAnswered(ran)).toContain("-one\n+two");
    expect(ran.summary).toContain("comes from a fork");
  });
});

describe("given the end of another workflow's run", () => {
  const failed = (world: ActionWorld, headSha: string, actor = "alice") =>
    addRun(world.github.world, world.repository, {
      ...{ name: "ci", event: "pull_request", conclusion: "failure", headBranch: "feature", headSha, actor },
    });

  test("the pull request is found by repository, branch and commit, and gets the answer", async () => {
    await using world = await start();
    const pull = open(world, { author: "alice" });
    const webhook = await workflowRunEvent(world, failed(world, pull.pull.headSha), pull.fork.fullName);
    const query = expectAnswered(await run(world, webhook));
    expect(query).toContain(`Workflow run "ci" on pull request #${pull.number}`);
    expect(query).toContain("ended with failure");
    expect(query).toContain("-one\n+two");
    expect(pull.comments).toHaveLength(1);
  });

  test("of a fork whose branch has the same name as one here, it is not that one's", async () => {
    await using world = await start();
    const own = open(world, { author: "alice" });
    const webhook = await workflowRunEvent(world, failed(world, own.pull.headSha), "bob/widgets");
    const ran = await run(world, webhook);
    expectAnswered(ran);
    expect(ran.summary).toContain("The workflow run comes from a fork.");
    expect(own.comments).toEqual([]);
  });

  test("of a commit that is no longer the head, nothing is done", async () => {
    await using world = await start();
    const { fork } = open(world, { author: "alice" });
    const webhook = await workflowRunEvent(world, failed(world, world.checkout.head()), fork.fullName);
    expectNothingDone(await run(world, webhook), "skipped", "has another head by now");
  });

  test("that a stranger set off is denied, whoever sends it", async () => {
    await using world = await start();
    const pull = open(world, { author: "bob", fork: "bob" });
    const webhook = await workflowRunEvent(
      world,
      failed(world, pull.pull.headSha, "bob"),
      pull.fork.fullName,
    );
    const { repository, ...payload } = webhook.payload;
    const sent = {
      ...webhook,
      payload: { ...payload, repository, sender: { login: "alice", id: 1, type: "User" } },
    };
    expectNothingDone(await run(world, sent), "denied", "bob has no role");
  });
});

describe("given that anybody may ask", () => {
  const anybody = { permission: "none", "max-jobs-per-actor": "2" };
  const issueBy = async (world: ActionWorld, by: string): Promise<Webhook> => {
    const { number } = openIssue(world.github.world, world.repository, { author: by, title: "It squeaks" });
    return await issueEvent(world, { number, by });
  };
  const earlier = (world: ActionWorld, count: number, more: Parameters<typeof addRun>[2] = {}): void => {
    for (let index = 0; index < count; index++) {
      addRun(world.github.world, world.repository, {
        ...{ path: ".github/workflows/review.yml", event: "issues", actor: "bob", ...more },
      });
    }
  };

  test("a stranger's issue is answered, untrusted", async () => {
    await using world = await start();
    earlier(world, 2);
    const ran = await run(world, await issueBy(world, "bob"), anybody);
    expectAnswered(ran);
    expect(ran.summary).toContain("bob may not write to this repository.");
  });

  test("who asked too often in a day is denied", async () => {
    await using world = await start();
    earlier(world, 3);
    expectNothingDone(
      await run(world, await issueBy(world, "bob"), anybody),
      "denied",
      "bob brought about 3 runs of this workflow in 24 hours; this step allows 2.",
    );
  });

  test("runs that were skipped, are older, are another's or of another workflow do not count", async () => {
    await using world = await start();
    earlier(world, 1);
    earlier(world, 5, { conclusion: "skipped" });
    earlier(world, 5, { createdAt: "2020-01-01T00:00:00Z" });
    earlier(world, 5, { actor: "carol" });
    earlier(world, 5, { path: ".github/workflows/ci.yml" });
    expectAnswered(await run(world, await issueBy(world, "bob"), anybody));
  });

  test("without a limit it is refused, and says what to type", async () => {
    await using world = await start();
    const ran = await run(world, await issueBy(world, "bob"), { permission: "none" });
    expect([ran.exitCode, ran.outputs.conclusion]).toEqual([2, "invalid"]);
    expect(ran.summary).toContain("max-jobs-per-actor: 5");
  });

  test("without the permission to count, it fails and names it", async () => {
    await using world = await start({ permissions: usual, visibility: "private" });
    const ran = await run(world, await issueBy(world, "bob"), anybody);
    expect([ran.exitCode, ran.prompts]).toEqual([1, []]);
    expect(ran.summary).toContain("actions: read");
  });
});
