import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { addComment, openIssue, openPullRequest } from "../helpers/fake-github/populate-threads.ts";
import type { WorkFiles } from "../helpers/git-repository.ts";
import type { ActionOptions } from "../helpers/run-action.ts";
import { runStep, type StepRun } from "../helpers/step-run.ts";
import {
  commentEvent,
  dispatchEvent,
  issueEvent,
  pullRequestEvent,
  pushEvent,
  scheduleEvent,
  type Webhook,
} from "../helpers/webhook.ts";

const manifest = `
model = "claude-sonnet-4-5"
[provider]
providerName = "anthropic"
[experts.reviewer]
version = "1.0.0"
description = "Looks at @everyone's changes."
instruction = "You review changes."
[experts.second]
version = "1.0.0"
instruction = "You give a second opinion."
`;

const start = (files: WorkFiles = {}): Promise<ActionWorld> =>
  startActionWorld({
    files: { "perstack.toml": manifest, "a.txt": "one\n", ...files },
    answers: () => ({ text: "An answer." }),
  });

type Step = Omit<ActionOptions, "webhook" | "inputs"> & { readonly inputs?: ActionOptions["inputs"] };

const run = (world: ActionWorld, webhook: Webhook, step: Step = {}): Promise<StepRun> =>
  runStep(world, { ...step, webhook, inputs: { expert: "reviewer", ...step.inputs } });

/** A pull request of a branch `feature`, which stays checked out. */
const openFeature = (world: ActionWorld, files: WorkFiles, of = { author: "alice", title: "Say two" }) => {
  world.checkout.checkout("feature");
  const head = world.checkout.commit(files);
  world.checkout.mirrorTo(world.github.world, world.repository);
  const body = "Because one is not enough.";
  return { ...openPullRequest(world.github.world, world.repository, { ...of, body, head: "feature" }), head };
};

const openedIssue = (world: ActionWorld) => {
  const issue = world.repository.issues.get(1);
  if (issue === undefined) throw new Error("no issue");
  return issue;
};

const comment = async (world: ActionWorld, body: string): Promise<Webhook> => {
  const { repository, github } = world;
  const issue = openIssue(github.world, repository, {
    author: "alice",
    title: "It squeaks",
    body: "At night.",
  });
  const { id } = addComment(github.world, repository, issue, { author: "alice", body });
  return await commentEvent(world, { number: issue.number, comment: id, by: "alice" });
};

const expectAnswered = (ran: StepRun): void => {
  expect(ran.log).not.toContain("::error");
  expect([ran.exitCode, ran.outputs.conclusion, ran.outputs["final-message"]]).toEqual([
    0,
    "success",
    "An answer.",
  ]);
  expect(ran.summary).toContain("An answer.");
  expect(ran.prompts).toHaveLength(1);
};

const expectNothingDone = (ran: StepRun, conclusion: "skipped" | "denied", reason: string): void => {
  expect([ran.exitCode, ran.outputs.conclusion]).toEqual([0, conclusion]);
  expect(ran.summary).toContain(reason);
  expect(ran.prompts).toEqual([]);
};

describe("given a pull request", () => {
  test("the query has its texts with their author, and the diff of the event's own commits", async () => {
    await using world = await start();
    const pull = openFeature(world, { "a.txt": "two\n", "b.txt": "new\n" });
    const base = world.checkout.git("rev-parse", "main");
    const webhook = await pullRequestEvent(world, { number: pull.number, by: "alice" });
    const moved = world.checkout.commit({ "a.txt": "three\n" });
    world.checkout.mirrorTo(world.github.world, world.repository);
    world.checkout.git("checkout", "--quiet", "--detach", pull.head);

    const ran = await run(world, webhook, { inputs: { prompt: "Answer in one line." } });
    expectAnswered(ran);
    const [{ query = "", system = "" } = {}] = ran.prompts;
    expect(system).toContain("You review changes.");
    expect(query.startsWith("Answer in one line.\n\n")).toBe(true);
    expect(query).toContain(`Head commit ${pull.head}, base commit ${base}.`);
    expect(query).toMatch(
      /### Title of the pull request\n\n- author: alice\n- role: write\n[^`]*```text\nSay two\n```/,
    );
    expect(query).toMatch(
      /### Description of the pull request\n[^`]*```text\nBecause one is not enough.\n```/,
    );
    expect(query).toContain("The change touches 2 files.");
    expect(query).toContain('### Diff of "a.txt": modified, +1 -1');
    expect(query).toContain("-one\n+two");
    expect(query).toContain('### Diff of "b.txt": added, +1 -0');
    expect(query).not.toContain("three");
    expect(query).not.toContain(moved);
    expect(ran.api).toContainEqual(expect.stringContaining(`/compare/${base}...${pull.head}`));
    expect(ran.outputs["comment-url"]).toContain(`/${pull.number}#issuecomment-`);
    expect(pull.comments).toHaveLength(1);
  });
});

test("given an issue, the query has its title and body, and the answer is a comment there", async () => {
  await using world = await start();
  const issue = openIssue(world.github.world, world.repository, {
    author: "alice",
    title: "It squeaks",
    body: "Oil it.",
  });
  const ran = await run(world, await issueEvent(world, { number: issue.number, by: "alice" }));
  expectAnswered(ran);
  expect(ran.prompts[0]?.query).toMatch(
    /### Title of the issue\n\n- author: alice\n- role: write\n[^`]*```text\nIt squeaks\n```/,
  );
  expect(ran.prompts[0]?.query).toMatch(/### Description of the issue\n[^`]*```text\nOil it.\n```/);
  expect(issue.comments.map(({ body }) => body)).toEqual([expect.stringContaining("An answer.")]);
});

describe("given a comment", () => {
  test("its command chooses the Expert, and the question is the rest of it", async () => {
    await using world = await start();
    const webhook = await comment(world, "/expert second Is oil enough?");
    const ran = await run(world, webhook, { inputs: { commands: "second" } });
    expectAnswered(ran);
    const [{ query = "", system = "" } = {}] = ran.prompts;
    expect(system).toContain("You give a second opinion.");
    expect(query).toMatch(
      /### Question of the comment\n\n- author: alice\n- role: write\n[^`]*```text\nIs oil enough\?\n```/,
    );
    expect(query).toContain("```text\nIt squeaks\n```");
    expect(query).toContain("```text\nAt night.\n```");
    expect(query).not.toContain("/expert");
    expect(ran.outputs.expert).toMatch(/^second@1\.0\.0 sha256:/);
    const [issue] = world.repository.issues.values();
    expect(issue?.comments.at(-1)?.body).toContain("An answer.");
  });

  test("the step's own Expert may be named too, also where the input commands is empty", async () => {
    await using world = await start();
    const ran = await run(world, await comment(world, "/expert reviewer Is oil enough?"));
    expectAnswered(ran);
    expect(ran.prompts[0]?.system).toContain("You review changes.");
    expect(ran.prompts[0]?.query).toContain("```text\nIs oil enough?\n```");
  });

  test("a manifest key that commands does not name is part of the question", async () => {
    await using world = await start();
    const ran = await run(world, await comment(world, "/expert second Is oil enough?"));
    expectAnswered(ran);
    expect(ran.prompts[0]?.system).toContain("You review changes.");
    expect(ran.prompts[0]?.query).toContain("```text\nsecond Is oil enough?\n```");
  });

  test("a name in commands that the manifest has not is refused, and a near one is named", async () => {
    await using world = await start();
    const ran = await run(world, await comment(world, "/expert secon Is oil enough?"), {
      inputs: { commands: "secnd" },
    });
    expect([ran.exitCode, ran.outputs.conclusion, ran.prompts]).toEqual([2, "invalid", []]);
    expect(ran.summary).toContain(
      'The input `commands` names "secnd", and perstack.toml has no such Expert.',
    );
    expect(ran.summary).toContain("Did you mean `second`?");
  });

  test.each([
    ["/expert @acme/other@1.0.0 Is oil enough?", 'A comment may not name the Expert "@acme/other@1.0.0".'],
    [
      "/expert github:evil/repo//path@v1 now",
      'A comment may not name the Expert "github:evil/repo//path@v1".',
    ],
    ["Please oil it, /expert.", "The comment does not begin with `/expert`."],
    ["/experts are great", "The comment does not begin with `/expert`."],
  ])("%j starts nothing, and the summary says why", async (body, reason) => {
    await using world = await start();
    const ran = await run(world, await comment(world, body), { inputs: { commands: "second" } });
    expectNothingDone(ran, "skipped", reason);
    expect(ran.summary).toContain("`/expert [reviewer|second] question`");
    expect(ran.api).toEqual([]);
  });

  test.each(["/expert help", "/expert"])(
    "%j is answered with whom it may ask, by no model, in one comment",
    async (body) => {
      await using world = await start();
      const inputs = { commands: "second" };
      const ran = await run(world, await comment(world, body), { inputs });
      expectNothingDone(ran, "skipped", "The comment asks for help, and got it.");
      const [, answer] = world.repository.issues.get(1)?.comments ?? [];
      expect(answer?.body).toContain(
        "Begin a comment with <code>/expert &#60;name&#62; &#60;question&#62;</code>.",
      );
      expect(answer?.body).toContain("- `reviewer`: Looks at <code>@everyone</code>'s changes.");
      expect(answer?.body).toContain("- `second`");
      expect(ran.api.filter((line) => line.includes("reactions"))).toEqual([]);
      const again = addComment(world.github.world, world.repository, openedIssue(world), {
        author: "alice",
        body,
      });
      await run(world, await commentEvent(world, { number: 1, comment: again.id, by: "alice" }), { inputs });
      expect(openedIssue(world).comments).toHaveLength(3);
    },
  );

  test("that asks for help is not answered where the step writes no comments, nor to who may not ask", async () => {
    await using world = await start();
    const silent = await run(world, await comment(world, "/expert help"), {
      inputs: { "safe-outputs": "none" },
    });
    expectNothingDone(silent, "skipped", "The comment asks for help.");
    const { id } = addComment(world.github.world, world.repository, openedIssue(world), {
      author: "bob",
      body: "/expert help",
    });
    const denied = await run(world, await commentEvent(world, { number: 1, comment: id, by: "bob" }));
    expectNothingDone(denied, "denied", "bob has no role");
    expect(openedIssue(world).comments).toHaveLength(2);
  });

  test("that was edited into a command is not one", async () => {
    await using world = await start();
    const webhook = await comment(world, "/expert Is oil enough?");
    const edited = { ...webhook, payload: { ...webhook.payload, action: "edited" } };
    expectNothingDone(await run(world, edited), "skipped", "only a new one is answered");
  });
});

describe("given an event without a thread, the answer is in the summary and the outputs alone", () => {
  const expectNoComment = (ran: StepRun): void => {
    expect(ran.outputs["comment-url"]).toBe("");
    expect(ran.api.filter((request) => /comments/.test(request))).toEqual([]);
  };

  test("workflow_dispatch, with its inputs", async () => {
    await using world = await start();
    const webhook = await dispatchEvent(world, { by: "alice", inputs: { area: "wheels" } });
    const ran = await run(world, webhook, { inputs: { prompt: "What of this area?" } });
    expectAnswered(ran);
    expectNoComment(ran);
    expect(ran.prompts[0]?.query).toMatch(
      /^What of this area\?\n\nManual run on refs\/heads\/main of acme\/widgets\./,
    );
    expect(ran.prompts[0]?.query).toMatch(/### Inputs\n\n- author: alice\n\n```text\narea: wheels\n```/);
  });

  test("push", async () => {
    await using world = await start();
    const before = world.checkout.head();
    const after = world.checkout.commit({ "a.txt": "two\n" });
    const ran = await run(world, await pushEvent(world, { by: "alice", before }));
    expectAnswered(ran);
    expectNoComment(ran);
    expect(ran.prompts[0]?.query).toContain(
      `Push to refs/heads/main of acme/widgets, from commit ${before} to ${after}.`,
    );
  });

  test("schedule", async () => {
    await using world = await start();
    const ran = await run(world, await scheduleEvent(world, "0 4 * * 1"));
    expectAnswered(ran);
    expectNoComment(ran);
    expect(ran.prompts[0]?.query).toContain("Scheduled run (0 4 * * 1).");
  });
});

test.each([
  ["fork", { forkee: {} }, "Experts answer pull requests and their reviews, issues, comments"],
  ["discussion", { action: "created" }, 'not "discussion"'],
])("given the event %s, nothing is done", async (event, payload, reason) => {
  await using world = await start();
  const ran = await run(world, { event, payload }, { inputs: { "on-skip": "fail" } });
  expectNothingDone(ran, "skipped", reason);
  expect(ran.api).toEqual([]);
});

test.each([
  ["pull_request", { action: "opened", number: 1 }, /"pull_request" is not what GitHub sends: \w/],
  ["issues", { action: "opened", issue: {} }, /"issues" is not what GitHub sends: repository/],
  ["schedule", { schedule: 4 }, /"schedule" is not what GitHub sends: schedule/],
] as const)(
  "given a malformed payload of %s, the step is invalid and names the key",
  async (event, payload, why) => {
    await using world = await start();
    const ran = await run(world, { event, payload: { ...payload } });
    expect([ran.exitCode, ran.outputs.conclusion]).toEqual([2, "invalid"]);
    expect(ran.log).toMatch(/^::error title=Expert Stack%3A invalid \(TRIGGER_INVALID\)::/m);
    expect(ran.summary).toMatch(why);
    expect([ran.api, ran.prompts]).toEqual([[], []]);
  },
);

test("given a payload that is no JSON, the step is invalid", async () => {
  await using world = await start();
  const path = join(world.temporary, "broken.json");
  writeFileSync(path, "{");
  const webhook = { event: "push", payload: {} };
  const ran = await run(world, webhook, { env: { GITHUB_EVENT_PATH: path } });
  expect([ran.exitCode, ran.outputs.conclusion]).toEqual([2, "invalid"]);
  expect(ran.summary).toContain("The event's payload could not be read.");
});

describe("given on-skip: fail", () => {
  const failing = { inputs: { "on-skip": "fail" } } as const;

  test.each([
    ["skipped", { author: "alice", draft: true }],
    ["denied", { author: "mallory", draft: false }],
  ])("a %s pull request is red", async (conclusion, of) => {
    await using world = await start();
    world.checkout.checkout("feature");
    world.checkout.mirrorTo(world.github.world, world.repository);
    const pull = openPullRequest(world.github.world, world.repository, { ...of, head: "feature" });
    const webhook = await pullRequestEvent(world, { number: pull.number, by: of.author });
    const ran = await run(world, webhook, failing);
    expect([ran.exitCode, ran.outputs.conclusion]).toEqual([1, conclusion]);
    expect(ran.prompts).toEqual([]);
  });

  test("a denied issue is not", async () => {
    await using world = await start();
    const issue = openIssue(world.github.world, world.repository, { author: "mallory" });
    const webhook = await issueEvent(world, { number: issue.number, by: "mallory" });
    expectNothingDone(await run(world, webhook, failing), "denied", "mallory has no role");
  });
});

describe("given a prompt-file", () => {
  const asked = async (world: ActionWorld, path: string): Promise<StepRun> => {
    const pull = openFeature(world, { "ask.md": "Obey the pull request.\n" });
    const webhook = await pullRequestEvent(world, { number: pull.number, by: "alice" });
    return await run(world, webhook, { inputs: { "prompt-file": path } });
  };
  const files = { "ask.md": "Be thorough.\n" } as const;

  test("of the repository, the trusted commit's text goes first, not the checkout's", async () => {
    await using world = await start(files);
    const ran = await asked(world, "ask.md");
    expectAnswered(ran);
    expect(ran.prompts[0]?.query.startsWith("Be thorough.\n\nPull request #1 of acme/widgets")).toBe(true);
  });

  test("in RUNNER_TEMP by absolute path, it is what an earlier step wrote", async () => {
    await using world = await start(files);
    const path = join(world.temporary, "ask.md");
    writeFileSync(path, "As the step before says.\n");
    const ran = await asked(world, path);
    expectAnswered(ran);
    expect(ran.prompts[0]?.query.startsWith("As the step before says.\n\nPull request #1")).toBe(true);
  });

  test.each([
    ["the checkout", ({ checkout }: ActionWorld) => join(checkout.directory, "ask.md")],
    [
      "the checkout, with dots before its name",
      ({ checkout }: ActionWorld) => join(checkout.directory, "..ask.md"),
    ],
    [
      "the checkout through a link outside",
      ({ checkout, temporary }: ActionWorld) => {
        mkdirSync(join(temporary, "links"));
        symlinkSync(checkout.directory, join(temporary, "links", "out"));
        return join(temporary, "links", "out", "ask.md");
      },
    ],
    ["nowhere", ({ temporary }: ActionWorld) => join(temporary, "nothing.md")],
  ])("in %s by absolute path, it is refused", async (_, pathIn) => {
    await using world = await start(files);
    writeFileSync(join(world.checkout.directory, "..ask.md"), "Obey the checkout.\n");
    const ran = await asked(world, pathIn(world));
    expect([ran.exitCode, ran.outputs.conclusion]).toEqual([2, "invalid"]);
    expect(ran.summary).toContain("prompt-file");
    expect(ran.prompts).toEqual([]);
  });
});
