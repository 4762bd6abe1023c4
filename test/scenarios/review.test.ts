import { describe, expect, test } from "vitest";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { openPullRequest, type PullRequest } from "../helpers/fake-github/populate-threads.ts";
import type { Permissions } from "../helpers/fake-github/world.ts";
import { failNext } from "../helpers/scripted-fault.ts";
import { runStep, type StepRun } from "../helpers/step-run.ts";
import { pullRequestEvent } from "../helpers/webhook.ts";

const manifest = `
model = "claude-sonnet-4-5"
[provider]
providerName = "anthropic"
[experts.reviewer]
version = "1.0.0"
instruction = "You review."
`;

type Call = { readonly name: string; readonly args: unknown };

const finding = (args: Readonly<Record<string, unknown>>): Call => ({
  name: "addReviewFinding",
  args: { path: "hinge.txt", body: "It needs oil.", ...args },
});
const finish = (event: string, summary = ""): Call => ({ name: "finishReview", args: { event, summary } });

const rows = Array.from({ length: 40 }, (_, index) => `row ${index + 1}`);
const text = (changed: Readonly<Record<number, string>> = {}): string =>
  `${rows.map((row, index) => changed[index + 1] ?? row).join("\n")}\n`;

type Running = {
  readonly inputs?: Readonly<Record<string, string>>;
  /** Done once the event is there, and before the step runs. */
  readonly meanwhile?: () => void;
};

type Scene = AsyncDisposable & {
  readonly world: ActionWorld;
  readonly pull: PullRequest;
  /** Runs the step once, in which the model makes these calls. */
  review(calls: readonly Call[], more?: Running): Promise<StepRun>;
  /** Commits to the pull request's branch. */
  push(content: string): void;
};

const start = async (
  options: { readonly permissions?: Permissions; readonly author?: string } = {},
): Promise<Scene> => {
  let calls: readonly Call[] = [];
  let asked = 0;
  const world = await startActionWorld({
    files: { "perstack.toml": manifest, "hinge.txt": text(), "other.txt": "as it was\n" },
    answers: () => (asked++ % 2 === 0 && calls.length > 0 ? { toolCalls: calls } : { text: "Reviewed." }),
    ...(options.permissions === undefined ? {} : { permissions: options.permissions }),
  });
  const { checkout, github, repository } = world;
  const push = (content: string): void => {
    checkout.checkout("feature");
    checkout.commit({ "hinge.txt": content });
    checkout.mirrorTo(github.world, repository);
    checkout.checkout("main");
  };
  push(text({ 3: "row three", 37: "row thirty-seven" }));
  const author = options.author ?? "alice";
  const pull = openPullRequest(github.world, repository, { author, head: "feature" });
  return {
    world,
    pull,
    push,
    async review(wanted, { inputs, meanwhile } = {}) {
      calls = wanted;
      asked = 0;
      const webhook = await pullRequestEvent(world, { number: pull.number, by: "alice" });
      meanwhile?.();
      const ran = await runStep(world, {
        webhook,
        inputs: { expert: "reviewer", "safe-outputs": "comment\nreview", ...inputs },
      });
      expect(world.github.world.unknownRoutes).toEqual([]);
      expect(world.github.world.violations).toEqual([]);
      return ran;
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
};

const squeaks = finding({ line: 3, title: "It squeaks" });
const results = (ran: StepRun): readonly string[] => (ran.prompts[1]?.results ?? []).map(({ text }) => text);
const posts = ({ api }: StepRun): readonly string[] => api.filter((line) => /^POST .*\/reviews$/.test(line));
const ended = ({ exitCode, outputs }: StepRun) => [exitCode, outputs.conclusion];
const good = [0, "success"];

describe("given an Expert that reviews a pull request", () => {
  test("its findings stand beside their lines, in one review of the commit that was read", async () => {
    await using scene = await start();
    const ran = await scene.review([
      squeaks,
      finding({ line: 3, side: "LEFT", title: "It was quiet" }),
      finding({ line: 38, startLine: 36, title: "Loose", suggestion: "one\ntwo\n" }),
      finish("REQUEST_CHANGES", "Two things."),
    ]);
    expect(ended(ran)).toEqual(good);
    expect(results(ran)).toEqual(
      Array(4).fill("It is planned, and will be published once you have finished."),
    );
    const { reviews, reviewComments, headSha } = scene.pull.pull;
    expect(reviews).toMatchObject([
      { state: "CHANGES_REQUESTED", commitId: headSha, author: "github-actions[bot]" },
    ]);
    expect(reviews[0]?.body).toContain("Two things.");
    expect(reviews[0]?.body).not.toContain("It squeaks");
    expect(reviewComments).toMatchObject([
      { path: "hinge.txt", line: 3, side: "RIGHT" },
      { path: "hinge.txt", line: 3, side: "LEFT" },
      { path: "hinge.txt", line: 38, startLine: 36, side: "RIGHT", startSide: "RIGHT" },
    ]);
    expect(reviewComments[0]?.body).toContain("**It squeaks**\n\nIt needs oil.");
    expect(reviewComments[2]?.body).toContain("\n\n```suggestion\none\ntwo\n```");
    expect(posts(ran)).toHaveLength(1);
    expect(ran.summary).toContain("3 beside the diff, 0 in its text");
  });

  test("what the diff does not show is told in the review's text, and the Expert hears of it", async () => {
    await using scene = await start();
    const ran = await scene.review([
      finding({ line: 20, title: "Between" }),
      finding({ line: 38, startLine: 3, title: "Across" }),
      finding({ path: "other.txt", line: 1, title: "Elsewhere", suggestion: "x" }),
    ]);
    expect(ended(ran)).toEqual(good);
    const [between, across, elsewhere] = results(ran);
    expect(between).toContain("only the lines 1-6, 34-40");
    expect(across).toContain("a range lies in one of these");
    expect(elsewhere).toContain('the change does not touch "other.txt"');
    const { reviews, reviewComments } = scene.pull.pull;
    expect(reviewComments).toEqual([]);
    expect(reviews).toMatchObject([{ state: "COMMENTED" }]);
    for (const title of ["Between", "Across", "Elsewhere"])
      expect(reviews[0]?.body).toContain(`**${title}**`);
    expect(reviews[0]?.body).toContain("(`hinge.txt`, lines 3 to 38)");
    expect(reviews[0]?.body).not.toContain("```suggestion");
  });

  test.each([
    ["an approval", finish("APPROVE"), {}, /event/],
    ["an approval on a stranger's word", finish("APPROVE"), { approve: "untrusted" }, /event/],
    [
      "a suggestion for the old file",
      finding({ line: 3, side: "LEFT", title: "x", suggestion: "y" }),
      {},
      /RIGHT/,
    ],
    [
      "a range that goes backwards",
      finding({ line: 3, startLine: 5, title: "x" }),
      {},
      /smaller than `line`/,
    ],
    ["a title of nothing", finding({ line: 3, title: " " }), {}, /needs a title/],
  ] as const)("%s is refused at the call, and nothing is posted", async (_, call, more, reason) => {
    await using scene = await start();
    const isUntrusted = "approve" in more;
    const line = isUntrusted ? "comment\nreview approve" : "comment\nreview";
    const author = isUntrusted ? { permission: "none", "max-jobs-per-actor": "5" } : {};
    if (isUntrusted) scene.world.repository.collaborators.clear();
    const ran = await scene.review([call], { inputs: { "safe-outputs": line, ...author } });
    expect(results(ran)[0]).toMatch(reason);
    expect(posts(ran)).toEqual([]);
    expect(scene.pull.comments).toHaveLength(1);
  });

  test("it approves where the step lets it", async () => {
    await using scene = await start();
    const ran = await scene.review([finish("APPROVE", "Fine.")], {
      inputs: { "safe-outputs": "review approve" },
    });
    expect(ended(ran)).toEqual(good);
    expect(scene.pull.pull.reviews).toMatchObject([{ state: "APPROVED" }]);
  });
});

describe("given a review that is there already", () => {
  test("the same findings are not posted again, wherever a push moved them", async () => {
    await using scene = await start();
    const outside = finding({ line: 20, title: "Between" });
    await scene.review([squeaks, outside, finish("REQUEST_CHANGES", "Two things.")]);
    const again = await scene.review([squeaks, outside, finish("REQUEST_CHANGES", "Two things, still.")]);
    expect(ended(again)).toEqual(good);
    expect(posts(again)).toEqual([]);
    expect(again.summary).toContain("review: nothing new, 2 found again");
    const [asked] = again.prompts;
    expect(asked?.query).toMatch(
      /### Findings of your earlier reviews[^#]*`hinge\.txt`, line 3: It squeaks\n`hinge\.txt`, line 20: Between\n/,
    );

    scene.push(`first\n${text({ 3: "row three", 37: "row thirty-seven" })}`);
    const third = await scene.review([
      finding({ line: 4, title: "It  squeaks." }),
      outside,
      finding({ line: 1, title: "A new line" }),
      finish("REQUEST_CHANGES"),
    ]);
    expect(ended(third)).toEqual(good);
    const { reviews, reviewComments, headSha } = scene.pull.pull;
    expect(reviewComments.map(({ line }) => line)).toEqual([3, 1]);
    expect(reviews.map(({ commitId }) => commitId)[1]).toBe(headSha);
    expect(third.summary).toContain("1 beside the diff, 0 in its text, 2 found again");
  }, 60_000);

  test("what is no longer found is resolved, unless somebody answered", async () => {
    const permissions = { contents: "write", issues: "write", pull_requests: "write" } as const;
    await using scene = await start({ permissions });
    const loose = finding({ line: 37, title: "Loose" });
    const bent = finding({ line: 38, title: "Bent" });
    await scene.review([squeaks, loose, bent, finish("COMMENT")]);
    const { reviewComments } = scene.pull.pull;
    const [, first] = reviewComments;
    if (first === undefined) throw new Error("no remark");
    reviewComments.push({ ...first, id: 9_999, nodeId: "PRRC_x", author: "alice", inReplyTo: first.id });
    const ran = await scene.review([bent, finish("COMMENT")]);
    expect(ended(ran)).toEqual(good);
    expect(reviewComments.map(({ resolvedBy }) => resolvedBy)).toEqual([
      "github-actions[bot]",
      ...[undefined, undefined, undefined],
    ]);
    expect(ran.summary).toContain("1 found again, 1 no longer found and resolved");

    const back = await scene.review([squeaks, bent, finish("COMMENT")]);
    expect(posts(back)).toHaveLength(1);
    expect(reviewComments.map(({ line }) => line)).toEqual([3, 37, 38, 37, 3]);
  }, 60_000);

  test("a token that may not resolve marks its own remark instead, once, and says so", async () => {
    await using scene = await start();
    await scene.review([finding({ line: 3, title: "It squeaks", suggestion: "x" }), finish("COMMENT")]);
    const ran = await scene.review([finish("COMMENT")]);
    expect(ended(ran)).toEqual(good);
    expect(ran.summary).toContain("1 no longer found and marked so, since resolving needs `contents: write`");
    const [remark] = scene.pull.pull.reviewComments;
    expect(remark?.body).toMatch(/No longer found at [0-9a-f]{12}\._\n\n\*\*It squeaks\*\*/);
    expect(remark?.body).not.toContain("```suggestion");
    const third = await scene.review([finish("COMMENT")]);
    expect(third.api.filter((line) => line.startsWith("PATCH") && line.includes("/pulls/comments/"))).toEqual(
      [],
    );
    const back = await scene.review([squeaks]);
    expect(posts(back)).toHaveLength(1);
  }, 60_000);

  test("a review that was not finished takes nothing for done", async () => {
    const permissions = { contents: "write", issues: "write", pull_requests: "write" } as const;
    await using scene = await start({ permissions });
    await scene.review([squeaks, finish("COMMENT")]);
    await scene.review([finding({ line: 37, title: "Loose" })]);
    await scene.review([]);
    expect(scene.pull.pull.reviewComments.map(({ resolvedBy }) => resolvedBy)).toEqual([
      undefined,
      undefined,
    ]);
  }, 60_000);

  test("what a person resolved is not said again, and others' remarks are nobody's to touch", async () => {
    const permissions = { contents: "write", issues: "write", pull_requests: "write" } as const;
    await using scene = await start({ permissions });
    await scene.review([squeaks, finish("COMMENT")]);
    const { reviewComments } = scene.pull.pull;
    const [remark] = reviewComments;
    if (remark === undefined) throw new Error("no remark");
    reviewComments.push({ ...remark, id: 9_998, nodeId: "PRRC_y", author: "bob" });
    remark.resolvedBy = "alice";
    const ran = await scene.review([squeaks, finish("COMMENT")]);
    expect(posts(ran)).toEqual([]);
    await scene.review([finish("COMMENT")]);
    expect(reviewComments.map(({ resolvedBy }) => resolvedBy)).toEqual(["alice", undefined]);
    expect(reviewComments[1]?.body).toBe(remark.body);
  }, 60_000);
});

describe("given a GitHub that does not take the review as it is", () => {
  test("findings whose places it refuses are told in the text", async () => {
    await using scene = await start();
    const body = {
      message: "Unprocessable Entity",
      errors: ["Pull request review thread line must be part of the diff"],
    };
    failNext(scene.world.github.world, { method: "POST", path: /\/reviews$/, status: 422, body });
    const ran = await scene.review([squeaks, finish("COMMENT", "One thing.")]);
    expect(ended(ran)).toEqual(good);
    const { reviews, reviewComments } = scene.pull.pull;
    expect(reviewComments).toEqual([]);
    expect(reviews[0]?.body).toMatch(/One thing\.[\s\S]*GitHub did not take[\s\S]*\*\*It squeaks\*\*/);
    const again = await scene.review([squeaks, finish("COMMENT", "One thing.")]);
    expect(posts(again)).toEqual([]);
  }, 60_000);

  test("its own pull request is commented on", async () => {
    await using scene = await start({ author: "github-actions[bot]" });
    const ran = await scene.review([squeaks, finish("REQUEST_CHANGES", "One thing.")], {
      inputs: { "allow-bots": "github-actions[bot]" },
    });
    expect(ended(ran)).toEqual(good);
    expect(scene.pull.pull.reviews).toMatchObject([{ state: "COMMENTED" }]);
    expect(ran.summary).toContain("as a comment since the pull request is its own");
    const again = await scene.review([squeaks, finish("REQUEST_CHANGES", "Still one thing.")], {
      inputs: { "allow-bots": "github-actions[bot]" },
    });
    expect(ended(again)).toEqual(good);
    expect(scene.pull.pull.reviews).toHaveLength(1);
    expect(again.summary).toContain("review: nothing new, 1 found again");
  }, 60_000);

  test("an answer that was lost does not post it twice", async () => {
    await using scene = await start();
    failNext(scene.world.github.world, { method: "POST", path: /\/reviews$/, reset: "after" });
    const ran = await scene.review([squeaks, finish("COMMENT")]);
    expect(ended(ran)).toEqual(good);
    expect(scene.pull.pull.reviews).toHaveLength(1);
  });

  test("a commit that is no longer the pull request's makes it undelivered", async () => {
    await using scene = await start();
    const ran = await scene.review([squeaks, finish("COMMENT")], {
      meanwhile: () => {
        scene.world.checkout.git("branch", "--force", "feature", "main");
        scene.push(text({ 5: "another" }));
      },
    });
    expect(ended(ran)).toEqual([1, "undelivered"]);
    expect(ran.summary).toContain("not part of the pull request");
    expect(scene.pull.pull.reviews).toEqual([]);
  });

  test("a token without the permission is told which", async () => {
    await using scene = await start({
      permissions: { contents: "read", issues: "write", pull_requests: "read" },
    });
    const ran = await scene.review([squeaks], { inputs: { "safe-outputs": "review" } });
    expect(ended(ran)).toEqual([1, "undelivered"]);
    expect(ran.summary).toContain("pull-requests: write");
  });
});
