import { describe, expect, test } from "vitest";
import { type GitHubAccess, gitHubQueries } from "../../../src/edges/github/client.ts";
import { gitHubThread } from "../../../src/edges/github/thread.ts";
import { commentDigest } from "../../../src/outputs/comment-digest.ts";
import { markerLine } from "../../../src/outputs/marker.ts";
import { runnerText } from "../../../src/outputs/sanitize.ts";
import type { Thread } from "../../../src/run/github-ports.ts";
import { addToken } from "../../helpers/fake-github/populate-people.ts";
import { addRepository } from "../../helpers/fake-github/populate-repository.ts";
import { addComment, openIssue } from "../../helpers/fake-github/populate-threads.ts";
import { type FakeGitHub, startFakeGitHub } from "../../helpers/fake-github/server.ts";
import type { Issue, Repository } from "../../helpers/fake-github/world.ts";

const marker = markerLine({ workflow: "review", job: "expert", expert: "reviewer" });
const otherMarker = markerLine({ workflow: "review", job: "expert", expert: "second" });
const bot = "github-actions[bot]";

type Scene = AsyncDisposable & {
  readonly github: FakeGitHub;
  readonly repository: Repository;
  readonly issue: Issue;
  put(text: string, mode?: "sticky" | "new"): Promise<{ readonly id: number; readonly url: string }>;
  /** Replaces a comment that says one of these. */
  replace(id: number, was: readonly string[], text: string): Promise<boolean>;
  write(author: string, body: string): void;
};

const start = async (login = bot): Promise<Scene> => {
  const github = await startFakeGitHub();
  const { world } = github;
  const repository = addRepository(world, { owner: "acme", name: "widgets", visibility: "public" });
  const issue = openIssue(world, repository, { author: "alice" });
  const { value: token } = addToken(world, { login, permissions: { issues: "write" } });
  const access: GitHubAccess = { token, apiUrl: github.url, owner: "acme", repo: "widgets" };
  // Without the seconds that the throttled client leaves between two writes.
  const thread: Thread = gitHubThread(gitHubQueries(access), access);
  return {
    github,
    repository,
    issue,
    put: (text, mode = "sticky") =>
      thread.putComment({
        thread: { kind: "issue", number: issue.number },
        marker,
        mode,
        body: runnerText(`${marker}\n\n${text}`),
      }),
    replace: (id, was, text) =>
      thread.replaceComment({
        thread: { kind: "issue", number: issue.number },
        id,
        was: was.map((one) => commentDigest(`${marker}\n\n${one}`)),
        body: runnerText(`${marker}\n\n${text}`),
      }),
    write: (author, body) => {
      addComment(world, repository, issue, { author, body });
    },
    [Symbol.asyncDispose]: () => github[Symbol.asyncDispose](),
  };
};

const bodies = ({ issue }: Scene): readonly string[] => issue.comments.map(({ body }) => body);

describe("a comment that is to be ended", () => {
  test("is, whichever of the texts it had when its process went away", async () => {
    await using scene = await start();
    const { id } = await scene.put("Step 2.");
    expect(await scene.replace(id, ["Step 1.", "Step 2."], "Ended.")).toBe(true);
    expect(bodies(scene)).toEqual([`${marker}\n\nEnded.`]);
  });

  test("is not where somebody else has written it since", async () => {
    await using scene = await start();
    const { id } = await scene.put("An answer.");
    expect(await scene.replace(id, ["Step 1.", "Step 2."], "Ended.")).toBe(false);
    expect(bodies(scene)).toEqual([`${marker}\n\nAn answer.`]);
  });
});

describe("a sticky comment", () => {
  test("is posted once and then edited", async () => {
    await using scene = await start();
    const first = await scene.put("First.");
    const second = await scene.put("Second.");
    expect(bodies(scene)).toEqual([`${marker}\n\nSecond.`]);
    expect(second.url).toBe(first.url);
    expect(first.url).toMatch(/\/acme\/widgets\/issues\/1#issuecomment-\d+$/);
  });

  test("is found behind a hundred others", async () => {
    await using scene = await start();
    for (let index = 0; index < 130; index += 1) scene.write("bob", `Comment ${index}`);
    scene.write(bot, `${marker}\n\nOld.`);
    await scene.put("New.");
    expect(bodies(scene)).toHaveLength(131);
    expect(bodies(scene)[130]).toBe(`${marker}\n\nNew.`);
  });

  test.each([
    ["a stranger pasted the marker", "mallory", `${marker}\n\nPasted.`],
    ["another bot carries the marker", "other-app[bot]", `${marker}\n\nPasted.`],
    ["an own comment quotes the marker", bot, `> quoted\n${marker}`],
    ["it is another Expert's", bot, `${otherMarker}\n\nSecond opinion.`],
  ])("is not one where %s", async (_, author, body) => {
    await using scene = await start();
    scene.write(author, body);
    await scene.put("Mine.");
    expect(bodies(scene)).toEqual([body, `${marker}\n\nMine.`]);
  });

  test("of a person's token is that person's own", async () => {
    await using scene = await start("alice");
    scene.write(bot, `${marker}\n\nThe bot's.`);
    scene.write("alice", `${marker}\n\nOld.`);
    await scene.put("New.");
    expect(bodies(scene)).toEqual([`${marker}\n\nThe bot's.`, `${marker}\n\nNew.`]);
  });
});

test("a new comment is posted each time, and nothing is searched for", async () => {
  await using scene = await start();
  await scene.put("First.", "new");
  await scene.put("Second.", "new");
  expect(bodies(scene)).toEqual([`${marker}\n\nFirst.`, `${marker}\n\nSecond.`]);
  expect(scene.github.world.requests.map(({ method }) => method)).toEqual(["POST", "POST"]);
});

test("a thread that is gone is an error that says so", async () => {
  await using scene = await start();
  scene.repository.issues.clear();
  await expect(scene.put("Too late.")).rejects.toMatchObject({
    code: "GITHUB_REQUEST_FAILED",
    message: expect.stringMatching(/^GitHub did not write the comment \(404\)/),
    remedy: expect.stringContaining("still there"),
  });
});
