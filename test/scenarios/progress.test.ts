import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type ExpertScene, startScene } from "../helpers/expert-run.ts";
import type { ScriptedAnswer } from "../helpers/model-server.ts";

/** Not a key of anybody's: it only looks like one of GitHub's. */
const strangersKey = `ghp_${"A1b2C3d4E5f6".repeat(3)}`;

const plans: ScriptedAnswer = {
  toolCalls: [
    {
      name: "todo",
      args: {
        newTodos: [
          "Read the code",
          "Ping @alice <!-- hidden --> fixes #1",
          `Try ${strangersKey}`,
          "Two\n\n# lines",
        ],
      },
    },
  ],
};
const does: ScriptedAnswer = { toolCalls: [{ name: "todo", args: { completedTodos: [0] } }] };
const takesLong: ScriptedAnswer = {
  toolCalls: [{ name: "exec", args: { command: "sleep", args: ["22"] } }],
};
const answers: readonly ScriptedAnswer[] = [plans, does, takesLong, { text: "The answer." }];

/** What the one comment says, once there is one. */
const commentOf = async ({ thread }: ExpertScene): Promise<string> => {
  for (const end = Date.now() + 60_000; ; await sleep(50)) {
    const [first] = thread?.comments ?? [];
    if (first !== undefined) return first.body;
    if (Date.now() > end) throw new Error("nothing was written");
  }
};

describe.concurrent("a job that takes more than twenty seconds", { timeout: 90_000 }, () => {
  test("shows in the sticky comment how far it is, and then the answer in the same one", async () => {
    await using scene = await startScene({ on: "issue", answers });
    const running = scene.run();
    const shown = await commentOf(scene);
    const [comment] = scene.thread?.comments ?? [];
    const ran = await running;
    expect(ran.outputs.conclusion).toBe("success");
    const [, ...lines] = shown.split("\n").filter((line) => line !== "");
    expect(lines).toEqual([
      "**<code>reviewer</code> is working on it.**",
      "- [x] Read the code",
      "- [ ] Ping <code>@alice</code> &lt;!-- hidden --> <code>fixes</code> #1",
      expect.stringMatching(/^- \[ \] Try (?!.*ghp_)/),
      "- [ ] Two # lines",
      expect.stringMatching(
        /^<sub>3 steps · [\d,]+ tokens · .*2\d\.\d s so far · \[workflow run\]\(.*\/actions\/runs\/7001\)<\/sub>$/,
      ),
    ]);
    expect(scene.thread?.comments.map(({ id }) => id)).toEqual([comment?.id]);
    expect(ran.comments).toEqual([expect.stringContaining("The answer.")]);
    expect(ran.comments[0]).not.toContain("working on it");
    expect((await scene.post(ran)).exitCode).toBe(0);
    expect(scene.thread?.comments[0]?.body).toContain("The answer.");
  });

  test("and is cancelled has its comment say so, by the post step", async () => {
    await using scene = await startScene({ on: "pull request", answers: [takesLong, takesLong] });
    const running = scene.run({
      onStart: (child) => void commentOf(scene).then(() => child.kill("SIGINT")),
    });
    const main = await running;
    expect(scene.thread?.comments[0]?.body).toContain("is working on it");
    const post = await scene.post(main);
    expect([post.exitCode, post.log.includes("::warning")]).toEqual([0, false]);
    const said = scene.thread?.comments.map(({ body }) => body);
    expect(said).toEqual([expect.stringContaining("was stopped before it had an answer: [workflow run](")]);
  });

  test("and was killed leaves a comment that another run has written meanwhile as it is", async () => {
    await using scene = await startScene({ on: "pull request", answers });
    const running = scene.run({
      onStart: (child) => void commentOf(scene).then(() => child.kill("SIGKILL")),
    });
    const main = await running;
    const [comment] = scene.thread?.comments ?? [];
    if (comment === undefined) throw new Error("no comment");
    comment.body = "Another run's answer.";
    expect((await scene.post(main)).exitCode).toBe(0);
    expect(comment.body).toBe("Another run's answer.");
  });

  test("writes nothing before its end where each answer is a comment of its own", async () => {
    await using scene = await startScene({ on: "issue", answers, inputs: { comment: "new" } });
    const ran = await scene.run();
    expect(ran.comments).toEqual([expect.stringContaining("The answer.")]);
    const writes = scene.world.github.world.requests.filter(
      ({ method, path }) => method !== "GET" && path.includes("/comments") && !path.includes("reactions"),
    );
    expect(writes).toHaveLength(1);
  });

  test("writes nothing where another job publishes", async () => {
    await using scene = await startScene({ on: "issue", answers, inputs: { mode: "plan" } });
    const ran = await scene.run();
    expect(ran.outputs.conclusion).toBe("planned");
    const { requests } = scene.world.github.world;
    expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual(
      requests.map(() => expect.stringMatching(/^(GET |POST \/graphql$)/)),
    );
  });
});
