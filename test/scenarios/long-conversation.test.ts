import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { manifestOf } from "../helpers/expert-run.ts";
import type { ScriptedAnswer } from "../helpers/model-server.ts";
import { eventLines, runCli, startCliWorld } from "../helpers/run-cli.ts";

const text = (word: string) => `${word} `.repeat(400);

/** Reads a file; the provider says that the conversation takes up so many tokens of its 200,000. */
const read = (path: string, input: number): ScriptedAnswer => ({
  toolCalls: [{ name: "readTextFile", args: { path } }],
  usage: { input, output: 10 },
});

test("a conversation that fills its model's window loses the oldest results first, and the journal none", async () => {
  await using world = await startCliWorld({
    files: {
      "perstack.toml": manifestOf(),
      ...Object.fromEntries(["one", "two", "three", "four"].map((name) => [`${name}.txt`, text(name)])),
    },
    answers: [
      read("one.txt", 20_000),
      read("two.txt", 60_000),
      read("three.txt", 120_000),
      read("four.txt", 165_000),
      { text: "Done.", usage: { input: 90_000, output: 10 } },
    ],
  });
  const run = await runCli(world, ["run", "reviewer", "Read them all."]);
  expect(run.exitCode).toBe(0);
  const bodies = world.model.requests.map(({ body }) => JSON.stringify(body.messages));
  expect(bodies[3]).toContain("one one one");
  const last = bodies[4] ?? "";
  expect(last).not.toContain("one one one");
  expect(last).toContain("The result of readTextFile was left out here to make room");
  for (const kept of ["three three three", "four four four"]) expect(last).toContain(kept);

  const job = world.recorded();
  const [reduced] = job.events("contextReduced");
  const [first] = reduced?.results ?? [];
  expect(first?.toolCallId).toBe("call_1_0");
  expect(last).toContain(`sha256:${first?.blob.sha256}`);
  expect(readFileSync(join(job.directory, "blobs", first?.blob.sha256 ?? ""), "utf8")).toContain(
    "one one one",
  );
  const results = job.events("toolCallFinished").map(({ contents }) => JSON.stringify(contents));
  expect(results[0]).toContain("one one one");
  const stepped = eventLines(run).filter(({ type }) => type === "continueToNextStep");
  expect(stepped.at(-1)).toMatchObject({
    checkpoint: { contextWindow: 200_000, contextWindowUsage: expect.any(Number) },
  });
});
