import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { startActionWorld } from "../helpers/action-world.ts";
import { openPullRequest } from "../helpers/fake-github/populate-threads.ts";
import { readZip } from "../helpers/read-zip.ts";
import { runAction } from "../helpers/run-action.ts";
import { pullRequestEvent } from "../helpers/webhook.ts";

const manifest = `
model = "claude-sonnet-4-5"
[provider]
providerName = "anthropic"
[experts.reviewer]
version = "1.0.0"
instruction = "You review pull requests."
`;

test("given a pull request by a writer, the answer is a comment that a second run edits", async () => {
  await using world = await startActionWorld({
    files: { "perstack.toml": manifest, "a.txt": "one\n" },
    answers: (index) =>
      index % 2 === 0
        ? { toolCalls: [{ name: "readTextFile", args: { path: "a.txt" } }] }
        : { text: `Looks good, answer ${index}.`, usage: { input: 1200, output: 34 } },
  });
  world.checkout.checkout("feature");
  world.checkout.commit({ "a.txt": "two\n" });
  world.checkout.mirrorTo(world.github.world, world.repository);
  const pull = openPullRequest(world.github.world, world.repository, { author: "alice", head: "feature" });
  const webhook = await pullRequestEvent(world, { number: pull.number, by: "alice" });

  const first = await runAction(world, { webhook, inputs: { expert: "reviewer" } });
  expect(first.log).not.toContain("::error");
  expect(first.outputs).toMatchObject({
    conclusion: "success",
    "final-message": "Looks good, answer 1.",
    steps: "2",
  });
  expect(first.exitCode).toBe(0);
  expect(pull.comments).toHaveLength(1);
  expect(pull.comments[0]?.body).toContain("Looks good, answer 1.");
  expect(first.outputs["comment-url"]).toContain(`#issuecomment-${pull.comments[0]?.id}`);
  expect(first.summary).toContain("Looks good, answer 1.");
  const [artifact] = world.results.artifacts;
  expect([...readZip(artifact?.bytes ?? Buffer.alloc(0)).keys()].sort()).toEqual([
    "answer.md",
    "events.jsonl",
    "job.json",
  ]);
  expect(pull.comments[0]?.body).toContain(String(artifact?.id));
  const journal =
    readZip(artifact?.bytes ?? Buffer.alloc(0))
      .get("events.jsonl")
      ?.toString("utf8")
      .trimEnd() ?? "";
  const head = createHash("sha256")
    .update(journal.split("\n").at(-1) ?? "")
    .digest("hex");
  expect(pull.comments[0]?.body).toContain(head.slice(0, 12));

  const second = await runAction(world, { webhook, inputs: { expert: "reviewer" } });
  expect(second.outputs).toMatchObject({ conclusion: "success", "final-message": "Looks good, answer 3." });
  expect(pull.comments).toHaveLength(1);
  expect(pull.comments[0]?.body).toContain("Looks good, answer 3.");
  expect(world.github.world.unknownRoutes).toEqual([]);
  expect(world.github.world.violations).toEqual([]);
});
