import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { startActionWorld } from "../helpers/action-world.ts";
import { openPullRequest } from "../helpers/fake-github/populate-threads.ts";
import { livingIn } from "../helpers/living-processes.ts";
import type { ScriptedAnswer } from "../helpers/model-server.ts";
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
[experts.reviewer.skills.everything]
type = "mcpStdioSkill"
command = "npx"
packageName = "@modelcontextprotocol/server-everything@2026.8.31"
pick = ["echo"]
`;

/** Reads a file, calls the skill, answers; and again for the second run. */
const script = (index: number): ScriptedAnswer => {
  if (index % 3 === 2) return { text: `Looks good, answer ${index}.`, usage: { input: 1200, output: 34 } };
  return index % 3 === 0
    ? { toolCalls: [{ name: "readTextFile", args: { path: "a.txt" } }] }
    : { toolCalls: [{ name: "echo", args: { message: "said by the skill" } }] };
};

test("given a pull request by a writer, the Expert reads, calls its skill, and answers in a comment that a second run edits", async () => {
  await using world = await startActionWorld({
    files: { "perstack.toml": manifest, "a.txt": "one\n" },
    answers: script,
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
    "final-message": "Looks good, answer 2.",
    steps: "3",
  });
  const told = (index: number): string => JSON.stringify(world.model.requests[index]?.body.messages);
  expect(told(1)).toContain("two\\\\n");
  expect(told(2)).toContain("Echo: said by the skill");
  expect(livingIn(world.checkout.directory)).toEqual([]);
  expect(first.exitCode).toBe(0);
  expect(pull.comments).toHaveLength(1);
  expect(pull.comments[0]?.body).toContain("Looks good, answer 2.");
  expect(first.outputs["comment-url"]).toContain(`#issuecomment-${pull.comments[0]?.id}`);
  expect(first.summary).toContain("Looks good, answer 2.");
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
  expect(journal).toContain("Echo: said by the skill");
  expect(first.summary).toContain("echo");
  const head = createHash("sha256")
    .update(journal.split("\n").at(-1) ?? "")
    .digest("hex");
  expect(pull.comments[0]?.body).toContain(head.slice(0, 12));

  const second = await runAction(world, { webhook, inputs: { expert: "reviewer" } });
  expect(second.outputs).toMatchObject({ conclusion: "success", "final-message": "Looks good, answer 5." });
  expect(pull.comments).toHaveLength(1);
  expect(pull.comments[0]?.body).toContain("Looks good, answer 5.");
  expect(world.github.world.unknownRoutes).toEqual([]);
  expect(world.github.world.violations).toEqual([]);
}, 60_000);
