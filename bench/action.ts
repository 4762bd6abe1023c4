import { type ActionWorld, startActionWorld } from "../test/helpers/action-world.ts";
import { openPullRequest } from "../test/helpers/fake-github/populate-threads.ts";
import { runAction } from "../test/helpers/run-action.ts";
import { pullRequestEvent, type Webhook } from "../test/helpers/webhook.ts";
import { median, ms, type Row } from "./measurement.ts";

const manifest = `model = "claude-sonnet-4-5"
[provider]
providerName = "anthropic"
[experts.bench]
version = "1.0.0"
instruction = "You read a file."
`;

const rounds = 9;

/**
 * Whole action steps on a pull request: gate, definitions, diff, two generations, artifact, comment and summary, from
 * the process's start to its end, against services on this machine that answer at once.
 */
export const measureAction = async (): Promise<readonly Row[]> => [
  [
    "whole action step on a pull request, two instant generations, upload and comment included",
    ms(median(await actionSteps())),
    "≤ 500 ms",
  ],
];

const actionSteps = async (): Promise<readonly number[]> => {
  await using world = await startActionWorld({
    files: { "perstack.toml": manifest, "a.txt": "one\n" },
    answers: (index) =>
      index % 2 === 0
        ? { toolCalls: [{ name: "readTextFile", args: { path: "a.txt" } }] }
        : { text: "Done." },
  });
  const webhook = await pullRequestOf(world);
  const times: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const startedAt = performance.now();
    const { exitCode, log } = await runAction(world, { webhook, inputs: { expert: "bench" } });
    if (exitCode !== 0) throw new Error(log);
    // The first run warms the services and is not counted.
    if (round >= 0) times.push(performance.now() - startedAt);
  }
  return times;
};

/** A pull request of a branch that stays checked out, by somebody who may write. */
export const pullRequestOf = async (world: ActionWorld): Promise<Webhook> => {
  world.checkout.checkout("feature");
  world.checkout.commit({ "a.txt": "two\n" });
  world.checkout.mirrorTo(world.github.world, world.repository);
  const { number } = openPullRequest(world.github.world, world.repository, {
    author: "alice",
    head: "feature",
  });
  return await pullRequestEvent(world, { number, by: "alice" });
};
