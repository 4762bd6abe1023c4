import { expect, test } from "vitest";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { addComment, openIssue } from "../helpers/fake-github/populate-threads.ts";
import type { Permissions, Reaction } from "../helpers/fake-github/world.ts";
import { runStep, type StepRun } from "../helpers/step-run.ts";
import { commentEvent, issueEvent, scheduleEvent } from "../helpers/webhook.ts";

const manifest = `
model = "claude-sonnet-4-5"
[provider]
providerName = "anthropic"
[experts.tour]
version = "1.0.0"
instruction = "You answer questions."
`;

type Scene = {
  readonly answer?: () =>
    | { readonly text: string }
    | { readonly status: number; readonly type: string; readonly message: string };
  readonly permissions?: Permissions;
};

const start = ({ answer = () => ({ text: "An answer." }), permissions }: Scene = {}): Promise<ActionWorld> =>
  startActionWorld({
    files: { "perstack.toml": manifest },
    answers: answer,
    ...(permissions === undefined ? {} : { permissions }),
  });

const run = (
  world: ActionWorld,
  webhook: Parameters<typeof runStep>[1]["webhook"],
  inputs = {},
): Promise<StepRun> => runStep(world, { webhook, inputs: { expert: "tour", "max-retries": "0", ...inputs } });

const issueOf = (world: ActionWorld, author = "alice") =>
  openIssue(world.github.world, world.repository, { author, title: "It squeaks" });

const contents = (reactions: readonly Reaction[]): readonly string[] =>
  reactions.map(({ content }) => content);

test("whoever asks by a comment sees eyes on it while the job runs, and a rocket after it", async () => {
  const during: (readonly string[])[] = [];
  await using world = await start({
    answer: () => {
      during.push(contents(world.repository.issues.get(1)?.comments[0]?.reactions ?? []));
      return { text: "An answer." };
    },
  });
  const issue = issueOf(world);
  const comment = addComment(world.github.world, world.repository, issue, {
    author: "alice",
    body: "/expert Why?",
  });
  const ran = await run(world, await commentEvent(world, { number: 1, comment: comment.id, by: "alice" }));
  expect(ran.outputs.conclusion).toBe("success");
  expect(during).toEqual([["eyes"]]);
  expect(contents(comment.reactions)).toEqual(["rocket"]);
  expect(issue.reactions).toEqual([]);
});

test("a job that fails leaves a confused face, and takes an earlier run's rocket away", async () => {
  let index = 0;
  await using world = await start({
    answer: () =>
      index++ === 0 ? { text: "Fine." } : { status: 400, type: "invalid_request_error", message: "no" },
  });
  const issue = issueOf(world);
  const webhook = await issueEvent(world, { number: 1, by: "alice" });
  expect((await run(world, webhook)).outputs.conclusion).toBe("success");
  expect(contents(issue.reactions)).toEqual(["rocket"]);
  expect((await run(world, webhook)).outputs.conclusion).toBe("failure");
  expect(contents(issue.reactions)).toEqual(["confused"]);
});

test("who may not ask, and a step that publishes nothing, get none", async () => {
  await using world = await start();
  const [own, strange] = [issueOf(world), issueOf(world, "bob")];
  await run(world, await issueEvent(world, { number: 1, by: "alice" }), { "safe-outputs": "none" });
  expect((await run(world, await issueEvent(world, { number: 2, by: "bob" }))).outputs.conclusion).toBe(
    "denied",
  );
  expect([own.reactions, strange.reactions]).toEqual([[], []]);
});

test("without a thread nothing is asked of GitHub for it", async () => {
  await using world = await start();
  const ran = await run(world, await scheduleEvent(world, "0 4 * * 1"));
  expect(ran.api.filter((line) => line.includes("reactions"))).toEqual([]);
});

test("a token that may not react keeps no job from its end, and the log says why", async () => {
  await using world = await start({ permissions: { contents: "read", issues: "read" } });
  issueOf(world);
  const ran = await run(world, await issueEvent(world, { number: 1, by: "alice" }));
  expect(ran.prompts).toHaveLength(1);
  expect(ran.log).toContain("No reaction: The token may not react (403).");
});
