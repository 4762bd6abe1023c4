import { describe, expect, test } from "vitest";
import { markerLine } from "../../src/outputs/marker.ts";
import { textsOf } from "../helpers/artifact-job.ts";
import { type ExpertScene, manifestOf, type SceneOptions, startScene } from "../helpers/expert-run.ts";
import { addComment } from "../helpers/fake-github/populate-threads.ts";
import { secondaryRateLimit } from "../helpers/fake-github/secondary-rate-limit.ts";

const postComment = { method: "POST", path: /\/issues\/\d+\/comments$/ } as const;

const scene = async (options: Partial<SceneOptions> = {}): Promise<ExpertScene> =>
  await startScene({
    on: "pull request",
    answers: (index) => ({ text: `Answer ${index + 1}.` }),
    ...options,
  });

/** What was asked of the thread's comments, in order. */
const commentRequests = ({ world }: ExpertScene): readonly string[] =>
  world.github.world.requests
    .filter(({ path }) => path.includes("/comments"))
    .map(({ method, status }) => `${method} ${status ?? "lost"}`);

const say = ({ world, thread }: ExpertScene, author: string, body: string) => {
  if (thread === undefined) throw new Error("there is no thread");
  return addComment(world.github.world, world.repository, thread, { author, body });
};

const reviewerMarker = markerLine({ workflow: "review", job: "expert", expert: "reviewer" });

describe("an artifact that cannot be uploaded", () => {
  test("makes the step undelivered, the comment is posted all the same, and post tries again", async () => {
    await using at = await scene();
    at.world.results.failNext({ path: /CreateArtifact/, status: 403, body: { msg: "quota is used up" } });
    const run = await at.run();
    expect([run.exitCode, run.outputs.conclusion]).toEqual([1, "undelivered"]);
    expect(run.outputs).toMatchObject({
      "artifact-id": "",
      "artifact-url": "",
      "final-message": "Answer 1.",
    });
    expect(run.comments).toHaveLength(1);
    expect(run.comments[0]).toContain("Answer 1.");
    expect(run.comments[0]).not.toContain("/artifacts/");
    expect(run.outputs["comment-url"]).toContain("#issuecomment-");
    for (const text of [run.summary, run.log]) {
      expect(text).toMatch(/Not delivered: artifact: .*quota is used up/);
      expect(text).toContain("artifact: none");
    }
    const post = await at.post(run);
    expect(post.exitCode).toBe(0);
    expect(at.world.results.artifacts).toHaveLength(1);
  });
});

describe("a comment that cannot be posted", () => {
  const expectUndelivered = async (at: ExpertScene) => {
    const run = await at.run();
    expect([run.exitCode, run.outputs.conclusion]).toEqual([1, "undelivered"]);
    expect(run.outputs).toMatchObject({ "comment-url": "", "final-message": "Answer 1." });
    expect(run.comments).toEqual([]);
    expect(at.world.results.artifacts).toHaveLength(1);
    expect(run.outputs["artifact-id"]).toBe(String(at.world.results.artifacts[0]?.id));
    expect(run.summary).toContain(`/artifacts/${run.outputs["artifact-id"]}`);
    expect(run.log).toContain("::error title=Expert Stack%3A undelivered::Not delivered: comment: ");
    return run;
  };

  test.each([
    ["pull request", "pull-requests: write", "issues: write"],
    ["issue", "issues: write", "pull-requests: write"],
  ] as const)("(%s) for want of a permission names `%s`", async (on, missing, other) => {
    const permissions = { contents: "read", issues: "read", pull_requests: "read" } as const;
    await using at = await scene({ on, permissions });
    const run = await expectUndelivered(at);
    for (const text of [run.summary, run.log]) {
      expect(text).toContain(`\`${missing}\``);
      expect(text).not.toContain(other);
    }
    expect(commentRequests(at)).toEqual(["GET 200", "POST 403"]);
  });

  test.each([
    [404, "Not Found", "still there"],
    [410, "This issue was deleted", "still there"],
    [422, "Validation Failed", "will not help"],
  ])(
    "because of a %i is not tried again, and the summary says what GitHub said",
    async (status, message, hint) => {
      await using at = await scene();
      at.world.github.failNext({ ...postComment, status, body: { message } });
      const run = await expectUndelivered(at);
      expect(run.summary).toContain(`GitHub did not write the comment (${status}): ${message}`);
      expect(run.summary).toContain(hint);
      expect(commentRequests(at)).toEqual(["GET 200", `POST ${status}`]);
    },
  );

  test("is told also when the job itself has failed, after what went wrong there", async () => {
    await using at = await scene({
      answers: [{ status: 401, type: "authentication_error", message: "invalid x-api-key" }],
    });
    at.world.github.failNext({ ...postComment, status: 404, body: { message: "Not Found" } });
    const run = await at.run();
    expect([run.exitCode, run.outputs.conclusion]).toEqual([1, "failure"]);
    expect(run.summary).toMatch(/invalid x-api-key.*Not delivered: comment: .*404/s);
  });
});

describe("a comment that GitHub does not take at once", () => {
  test("is posted when two answers of 502 are over", async () => {
    await using at = await scene();
    at.world.github.failNext({ ...postComment, status: 502, times: 2, body: { message: "Server Error" } });
    const run = await at.run();
    expect([run.exitCode, run.outputs.conclusion]).toEqual([0, "success"]);
    expect(run.comments).toHaveLength(1);
    expect(commentRequests(at).filter((request) => request.startsWith("POST"))).toEqual([
      "POST 502",
      "POST 502",
      "POST 201",
    ]);
  });

  test.each(["sticky", "new"])("is not posted twice when only the answer was lost (%s)", async (comment) => {
    await using at = await scene();
    say(at, "bob", "Please have a look.");
    at.world.github.failNext({ ...postComment, reset: "after" });
    const run = await at.run({ inputs: { comment } });
    expect([run.exitCode, run.outputs.conclusion]).toEqual([0, "success"]);
    expect(run.comments).toEqual(["Please have a look.", expect.stringContaining("Answer 1.")]);
    expect(run.outputs["comment-url"]).toContain(`#issuecomment-${at.thread?.comments[1]?.id}`);
  });

  test("is posted after the wait that a secondary rate limit asks for, and the log says so", async () => {
    await using at = await scene();
    at.world.github.failNext(secondaryRateLimit({ ...postComment, retryAfter: 1 }));
    const run = await at.run();
    expect([run.exitCode, run.outputs.conclusion]).toEqual([0, "success"]);
    expect(run.comments).toHaveLength(1);
    expect(commentRequests(at)).toEqual(["GET 200", "POST 403", "POST 201"]);
    expect(run.log).toMatch(/::warning::.*secondary rate limit.*trying again in 1 s/);
    expect(run.elapsedMs).toBeGreaterThan(1_000);
  });

  test("is given up when the wait is too long to be paid for", async () => {
    await using at = await scene();
    at.world.github.failNext(secondaryRateLimit({ ...postComment, retryAfter: 600, times: 9 }));
    const run = await at.run();
    expect([run.exitCode, run.outputs.conclusion]).toEqual([1, "undelivered"]);
    expect(run.elapsedMs).toBeLessThan(10_000);
    expect(run.summary).toContain("secondary rate limit");
    expect(at.world.results.artifacts).toHaveLength(1);
  });
});

describe("the sticky comment", () => {
  test("is each Expert's own: two Experts that run twice have two", async () => {
    const second = `
[experts.tester]
version = "1.0.0"
instruction = "You test."
`;
    await using at = await scene({ manifest: manifestOf({ skills: second }) });
    for (const expert of ["reviewer", "tester", "reviewer", "tester"]) {
      const run = await at.run({ inputs: { expert } });
      expect(run.outputs.conclusion).toBe("success");
    }
    const bodies = at.thread?.comments.map(({ body }) => body) ?? [];
    expect(bodies).toHaveLength(2);
    expect(bodies[0]).toContain("Answer 3.");
    expect(bodies[0]?.startsWith(reviewerMarker)).toBe(true);
    expect(bodies[1]).toContain("Answer 4.");
  });

  test("is never one that a stranger has given our marker", async () => {
    await using at = await scene();
    const forged = `${reviewerMarker}\n\nThis is what the Expert said.`;
    // One of them has named himself like the bot, as far as a name of a person may.
    const strangers = ["bob", "github-actions"].map((login) => say(at, login, forged));
    await at.run();
    const run = await at.run();
    expect(run.outputs.conclusion).toBe("success");
    expect(strangers.map(({ body }) => body)).toEqual([forged, forged]);
    expect(run.comments).toHaveLength(3);
    expect(run.comments[2]).toContain("Answer 2.");
  });

  test("is found on the second page of a long thread", async () => {
    await using at = await scene();
    for (let number = 1; number <= 130; number++) say(at, "bob", `Comment ${number}`);
    await at.run();
    for (let number = 131; number <= 150; number++) say(at, "bob", `Comment ${number}`);
    const run = await at.run();
    expect(run.comments).toHaveLength(151);
    expect(run.comments[130]).toContain("Answer 2.");
  });

  test("is another one each time with `comment: new`", async () => {
    await using at = await scene();
    for (const answer of [1, 2]) {
      const run = await at.run({ inputs: { comment: "new" } });
      expect(run.comments).toHaveLength(answer);
      expect(run.comments.at(-1)).toContain(`Answer ${answer}.`);
      expect(run.outputs["comment-url"]).toContain(`#issuecomment-${at.thread?.comments.at(-1)?.id}`);
    }
  });
});

describe("an answer that is longer than a comment may be", () => {
  test.each(["full", "summary"])(
    "is cut with a link to its %s artifact, which has all of it",
    async (artifact) => {
      const answer = `${"Ein Satz — mit \u{1F600} darin. ".repeat(3_000)}The end.`;
      await using at = await scene({ answers: [{ text: answer }] });
      const run = await at.run({ inputs: { artifact } });
      expect(run.outputs.conclusion).toBe("success");
      const [body = ""] = run.comments;
      expect([...body].length).toBeLessThanOrEqual(65_536);
      expect([...body].length).toBeGreaterThan(60_000);
      expect(body).toContain("Ein Satz — mit \u{1F600} darin.");
      expect(body).not.toContain("The end.");
      expect(body).toContain(`${run.outputs["artifact-url"]}) holds all of it`);
      expect(textsOf(at.world.results.artifacts[0])["answer.md"]).toBe(answer);
      expect(run.outputs["final-message"]).toBe(answer);
    },
  );

  test("is cut without a link when there is no artifact", async () => {
    await using at = await scene({ answers: [{ text: "word ".repeat(20_000) }] });
    const run = await at.run({ inputs: { artifact: "none" } });
    expect(run.outputs.conclusion).toBe("success");
    expect(run.comments[0]).toContain("was cut here");
    expect(run.comments[0]).not.toContain("/artifacts/");
  });
});

test("`safe-outputs: none` posts nothing, and the step succeeds", async () => {
  await using at = await scene();
  const run = await at.run({ inputs: { "safe-outputs": "none" } });
  expect([run.exitCode, run.outputs.conclusion]).toEqual([0, "success"]);
  expect(run.outputs).toMatchObject({ "final-message": "Answer 1.", "comment-url": "" });
  expect(run.comments).toEqual([]);
  expect(commentRequests(at)).toEqual([]);
  expect(at.world.results.artifacts).toHaveLength(1);
});
