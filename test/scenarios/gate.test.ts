import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { addCollaborator, addUser } from "../helpers/fake-github/populate-people.ts";
import { addRepository } from "../helpers/fake-github/populate-repository.ts";
import { addComment, openIssue, openPullRequest } from "../helpers/fake-github/populate-threads.ts";
import { runStep, type StepRun } from "../helpers/step-run.ts";
import { commentEvent, issueEvent, pullRequestEvent, type Webhook } from "../helpers/webhook.ts";

const manifest = `
model = "claude-sonnet-4-5"
[provider]
providerName = "anthropic"
[experts.reviewer]
version = "1.0.0"
instruction = "You review changes."
`;

const start = (visibility: "public" | "private" = "public"): Promise<ActionWorld> =>
  startActionWorld({
    files: { "perstack.toml": manifest, "a.txt": "one\n" },
    answers: () => ({ text: "An answer." }),
    visibility,
  });

type Change = {
  readonly author: string;
  readonly by?: string;
  readonly action?: string;
  readonly draft?: boolean;
  readonly from?: "fork";
};

const pullRequest = async (world: ActionWorld, change: Change): Promise<Webhook> => {
  const { github, repository, checkout } = world;
  const { author, by = author, action = "opened", draft = false, from } = change;
  checkout.checkout("feature");
  checkout.commit({ "a.txt": "two\n" });
  checkout.mirrorTo(github.world, repository);
  const fork = () =>
    addRepository(github.world, { owner: author, name: "widgets", forkOf: repository.fullName });
  const { number } = openPullRequest(github.world, repository, {
    author,
    draft,
    head: "feature",
    ...(from === undefined ? {} : { headRepository: fork().fullName }),
  });
  return await pullRequestEvent(world, { number, by, action });
};

const issue = async (world: ActionWorld, author: string): Promise<Webhook> => {
  const { number } = openIssue(world.github.world, world.repository, { author });
  return await issueEvent(world, { number, by: author });
};

type Step = { readonly inputs?: Record<string, string>; readonly env?: Record<string, string> };

const run = (world: ActionWorld, webhook: Webhook, { inputs, env = {} }: Step = {}): Promise<StepRun> =>
  // Without a sandbox `exec` is withheld from an untrusted trigger, which is how these tests tell.
  runStep(world, { webhook, inputs: { expert: "reviewer", sandbox: "off", ...inputs }, env });

const roleQuestion = /^GET \/repos\/acme\/widgets\/collaborators\/[^/]+\/permission$/;

/** Nobody was billed and nothing but roles was asked for. */
const expectTurnedAway = (
  world: ActionWorld,
  ran: StepRun,
  outcome: {
    readonly conclusion: "skipped" | "denied";
    readonly because: string;
    readonly asked: readonly string[];
  },
): void => {
  expect([ran.exitCode, ran.outputs.conclusion]).toEqual([0, outcome.conclusion]);
  expect(ran.summary).toContain(outcome.because);
  expect(ran.log).toContain(`Conclusion: ${outcome.conclusion}. ${outcome.because}`);
  expect(ran.prompts).toEqual([]);
  expect(world.results.requests).toEqual([]);
  expect(ran.api.filter((request) => !roleQuestion.test(request))).toEqual([]);
  expect(ran.api.map((request) => request.split("/").at(-2)).sort()).toEqual([...outcome.asked].sort());
};

/** Only someone whose word is not trusted goes without `exec`. */
const expectLetIn = (ran: StepRun, trust: "trusted" | "untrusted", because: string): void => {
  expect([ran.exitCode, ran.outputs.conclusion]).toEqual([0, "success"]);
  expect(ran.prompts).toHaveLength(1);
  expect(ran.prompts[0]?.tools.includes("exec")).toBe(trust === "trusted");
  expect(ran.log).toContain(`info: ${because}`);
};

const everyoneWrites = "Everyone involved may write to this repository.";

describe("a pull request", () => {
  test("by someone who may write is let in and trusted", async () => {
    await using world = await start();
    expectLetIn(await run(world, await pullRequest(world, { author: "alice" })), "trusted", everyoneWrites);
  });

  test("by a stranger to a public repository is denied, also when the step asks for no more than read", async () => {
    await using world = await start();
    const webhook = await pullRequest(world, { author: "mallory" });
    for (const permission of ["write", "read"]) {
      expectTurnedAway(world, await run(world, webhook, { inputs: { permission } }), {
        conclusion: "denied",
        because: `mallory has no role in acme/widgets; this step asks for \`${permission}\`.`,
        asked: ["mallory"],
      });
    }
  });

  test("by a reader of a private repository is denied by default, and untrusted where read is enough", async () => {
    await using world = await start("private");
    addCollaborator(world.github.world, world.repository, "rita", "read");
    const webhook = await pullRequest(world, { author: "rita" });
    expectTurnedAway(world, await run(world, webhook), {
      conclusion: "denied",
      because: "rita has the role `read` in acme/widgets; this step asks for `write`.",
      asked: ["rita"],
    });
    const ran = await run(world, webhook, { inputs: { permission: "read" } });
    expectLetIn(ran, "untrusted", "rita may not write to this repository.");
  });

  test("by someone with triage is let in where triage is enough, and not trusted", async () => {
    await using world = await start();
    addCollaborator(world.github.world, world.repository, "tess", "triage");
    const webhook = await pullRequest(world, { author: "tess" });
    expectTurnedAway(world, await run(world, webhook), {
      conclusion: "denied",
      because: "tess has the role `triage` in acme/widgets; this step asks for `write`.",
      asked: ["tess"],
    });
    const ran = await run(world, webhook, { inputs: { permission: "triage" } });
    expectLetIn(ran, "untrusted", "tess may not write to this repository.");
    expect(ran.prompts[0]?.query).toContain("- author: tess\n- role: triage");
  });

  test.each([
    ["triage", "write", "denied"],
    ["triage", "triage", "untrusted"],
    ["write", "write", "trusted"],
    ["write", "maintain", "denied"],
    ["maintain", "maintain", "trusted"],
  ] as const)(
    "by a custom role on %s counts as that where %s is asked: %s",
    async (role, permission, outcome) => {
      await using world = await start();
      addCollaborator(world.github.world, world.repository, "carl", { role, customRole: "release crew" });
      const ran = await run(world, await pullRequest(world, { author: "carl" }), { inputs: { permission } });
      if (outcome === "denied") {
        const because = `carl has the role \`${role}\` in acme/widgets`;
        expectTurnedAway(world, ran, { conclusion: "denied", because, asked: ["carl"] });
      } else {
        expectLetIn(ran, outcome, outcome === "trusted" ? everyoneWrites : "carl may not write");
      }
    },
  );

  test.each(["labeled", "reopened"])(
    "by a stranger that a writer %s is still the stranger's",
    async (action) => {
      await using world = await start();
      const webhook = await pullRequest(world, { author: "mallory", by: "alice", action });
      expectTurnedAway(world, await run(world, webhook), {
        conclusion: "denied",
        because: "mallory has no role in acme/widgets",
        asked: ["alice", "mallory"],
      });
    },
  );

  test("by a writer that a stranger set off is the stranger's", async () => {
    await using world = await start();
    const webhook = await pullRequest(world, { author: "alice", by: "mallory", action: "synchronize" });
    expectTurnedAway(world, await run(world, webhook), {
      conclusion: "denied",
      because: "mallory has no role in acme/widgets",
      asked: ["alice", "mallory"],
    });
  });

  test("that is a draft is skipped", async () => {
    await using world = await start();
    const webhook = await pullRequest(world, { author: "alice", draft: true });
    expectTurnedAway(world, await run(world, webhook), {
      conclusion: "skipped",
      because: "The pull request is a draft.",
      asked: [],
    });
  });

  test("from a fork without a key is skipped, whoever it is by", async () => {
    await using world = await start();
    const webhook = await pullRequest(world, { author: "alice", from: "fork" });
    expectTurnedAway(world, await run(world, webhook, { env: { ANTHROPIC_API_KEY: "" } }), {
      conclusion: "skipped",
      because: "The pull request comes from a fork, and GitHub gives such a run no secrets.",
      asked: [],
    });
  });

  test("from a writer's fork with a key is let in, and not trusted", async () => {
    await using world = await start();
    const webhook = await pullRequest(world, { author: "alice", from: "fork" });
    const ran = await run(world, { ...webhook, event: "pull_request_target" });
    expectLetIn(ran, "untrusted", "The pull request comes from a fork.");
    expect(ran.prompts[0]?.query).toContain("-one\n+two");
  });

  test("from a stranger's fork with a key is denied", async () => {
    await using world = await start();
    const webhook = await pullRequest(world, { author: "mallory", from: "fork" });
    expectTurnedAway(world, await run(world, { ...webhook, event: "pull_request_target" }), {
      conclusion: "denied",
      because: "mallory has no role in acme/widgets",
      asked: ["mallory"],
    });
  });
});

describe("a bot", () => {
  test("is skipped unless allow-bots names it exactly", async () => {
    await using world = await start();
    const webhook = await pullRequest(world, { author: "renovate[bot]" });
    for (const list of ["", "renovate", "dependabot[bot], renovate[bot]x"]) {
      const ran = await run(world, webhook, { inputs: { "allow-bots": list } });
      expectTurnedAway(world, ran, {
        conclusion: "skipped",
        because: "renovate[bot] is a bot that `allow-bots` does not name.",
        asked: [],
      });
      expect(ran.summary).toContain("name it in `allow-bots`, exactly so");
    }
    const ran = await run(world, webhook, { inputs: { "allow-bots": "dependabot[bot]\nrenovate[bot]" } });
    expectLetIn(ran, "untrusted", "renovate[bot] may not write to this repository.");
  });

  test("that pushes to a writer's pull request is skipped too", async () => {
    await using world = await start();
    const webhook = await pullRequest(world, { author: "alice", by: "some-app[bot]", action: "synchronize" });
    expectTurnedAway(world, await run(world, webhook), {
      conclusion: "skipped",
      because: "some-app[bot] is a bot",
      asked: [],
    });
  });

  test("is not a user account that is called like one", async () => {
    await using world = await start();
    addUser(world.github.world, "renovate[bot]", "User");
    const webhook = await pullRequest(world, { author: "renovate[bot]" });
    const ran = await run(world, webhook, { inputs: { "allow-bots": "renovate[bot]" } });
    expectTurnedAway(world, ran, {
      conclusion: "denied",
      because: "renovate[bot] has no role in acme/widgets",
      asked: ["renovate[bot]"],
    });
  });
});

describe("an issue", () => {
  test("by a stranger is denied, unless allow-users names them; then it is not trusted", async () => {
    await using world = await start();
    const webhook = await issue(world, "mallory");
    expectTurnedAway(world, await run(world, webhook, { inputs: { "allow-users": "mallor" } }), {
      conclusion: "denied",
      because: "mallory has no role in acme/widgets",
      asked: ["mallory"],
    });
    const ran = await run(world, webhook, { inputs: { "allow-users": "grace, Mallory" } });
    expectLetIn(ran, "untrusted", "mallory may not write to this repository.");
    expect(ran.prompts[0]?.query).toContain("- author: mallory\n- role: none\n- trust: untrusted");
  });

  test("that someone without rights runs again is denied", async () => {
    await using world = await start();
    addUser(world.github.world, "mallory");
    const webhook = await issue(world, "alice");
    expectTurnedAway(world, await run(world, webhook, { env: { GITHUB_TRIGGERING_ACTOR: "mallory" } }), {
      conclusion: "denied",
      because: "mallory has no role in acme/widgets",
      asked: ["alice", "mallory"],
    });
  });

  test("that a bot runs again is skipped", async () => {
    await using world = await start();
    const webhook = await issue(world, "alice");
    const env = { GITHUB_TRIGGERING_ACTOR: "some-app[bot]" };
    expectTurnedAway(world, await run(world, webhook, { env }), {
      conclusion: "skipped",
      because: "some-app[bot] is a bot",
      asked: [],
    });
  });
});

describe("a comment", () => {
  const comment = async (world: ActionWorld, of: { readonly thread: string; readonly by: string }) => {
    const { github, repository } = world;
    const thread = openIssue(github.world, repository, { author: of.thread });
    const { id } = addComment(github.world, repository, thread, { author: of.by, body: "/expert Why?" });
    return await commentEvent(world, { number: thread.number, comment: id, by: of.by });
  };

  test("by a stranger on a writer's issue is denied", async () => {
    await using world = await start();
    const webhook = await comment(world, { thread: "alice", by: "mallory" });
    expectTurnedAway(world, await run(world, webhook), {
      conclusion: "denied",
      because: "mallory has no role in acme/widgets",
      asked: ["alice", "mallory"],
    });
  });

  test("by a writer on a stranger's issue is answered, and not trusted", async () => {
    await using world = await start();
    const ran = await run(world, await comment(world, { thread: "mallory", by: "alice" }));
    expectLetIn(ran, "untrusted", "mallory may not write to this repository.");
    expect(ran.prompts[0]?.query).toContain("- author: alice\n- role: write\n- time");
  });
});

describe("when GitHub does not tell a role", () => {
  const path = /\/collaborators\//;

  test("because the token may not ask, the step fails and names the permission", async () => {
    await using world = await start();
    const webhook = await issue(world, "alice");
    world.github.failNext({
      path,
      status: 403,
      headers: { "x-accepted-github-permissions": "metadata=read" },
      body: {
        message: "Resource not accessible by integration",
        documentation_url: "https://docs.github.com",
        status: "403",
      },
    });
    const ran = await run(world, webhook);
    expect([ran.exitCode, ran.outputs.conclusion]).toEqual([1, "failure"]);
    expect(ran.summary).toContain("The token may not tell the role of alice (403).");
    expect(ran.summary).toContain("`metadata: read`");
    expect(ran.prompts).toEqual([]);
  });

  test("because the account is gone, it is nobody's", async () => {
    await using world = await start();
    const webhook = await issue(world, "alice");
    world.github.failNext({ path, status: 404, body: { message: "alice is not a user", status: "404" } });
    expectTurnedAway(world, await run(world, webhook), {
      conclusion: "denied",
      because: "alice has no role in acme/widgets",
      asked: ["alice"],
    });
  });

  test("for a moment, it is asked again", async () => {
    await using world = await start();
    const webhook = await issue(world, "alice");
    world.github.failNext({ path, status: 500, body: { message: "Server Error" } });
    const ran = await run(world, webhook);
    expectLetIn(ran, "trusted", everyoneWrites);
    expect(ran.api.filter((request) => roleQuestion.test(request))).toHaveLength(2);
  });

  test("at all, nobody is let in", async () => {
    await using world = await start();
    const webhook = await issue(world, "alice");
    world.github.failNext({ path, status: 500, body: { message: "Server Error" }, times: 10 });
    const shortWaits = join(import.meta.dirname, "../fixtures/preload/short-waits.mjs");
    const ran = await run(world, webhook, { env: { NODE_OPTIONS: `--import=${shortWaits}` } });
    expect(ran.api.filter((request) => roleQuestion.test(request)).length).toBeGreaterThan(1);
    expect([ran.exitCode, ran.outputs.conclusion]).toEqual([1, "failure"]);
    expect(ran.summary).toContain("GitHub did not tell the role of alice (500)");
    expect(ran.prompts).toEqual([]);
  });
});
