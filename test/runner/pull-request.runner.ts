import { expect, test } from "vitest";
import { jobResult, printed, printedCommands, stageResult, summaryOf } from "../helpers/act-log.ts";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { manifestOf } from "../helpers/expert-run.ts";
import { openPullRequest } from "../helpers/fake-github/populate-threads.ts";
import type { ScriptedAnswer } from "../helpers/model-server.ts";
import { readZip } from "../helpers/read-zip.ts";
import { providerKey, runAct } from "../helpers/run-act.ts";
import { pullRequestEvent } from "../helpers/webhook.ts";
import { readRecord, workflow, workflowFile } from "./workflow.ts";

const main = { step: "expert", stage: "Main" } as const;
const post = { step: "expert", stage: "Post" } as const;

const everything = `
[experts.reviewer.skills.everything]
type = "mcpStdioSkill"
command = "npx"
packageName = "@modelcontextprotocol/server-everything@2026.8.31"
pick = ["echo"]
`;

/** Text that wants to be more than text: to a runner's log, to its output file, to a workflow's expressions. */
const answer = (count: number): string =>
  [
    `::error::answer ${count} is a command`,
    "::set-output name=conclusion::pwned",
    "EOF",
    "conclusion=pwned",
    "ghadelimiter_00000000-0000-0000-0000-000000000000",
    "conclusion<<EOF",
    "pwned",
    "EOF",
    `  ::set-env name=PWNED::${count}`,
    "##[add-path]/pwned",
    "::stop-commands::pwned",
    "::add-mask::conclusion",
    `$\{{ secrets.ANTHROPIC_API_KEY }} $(id) \`id\` "'`,
    `Looks good, answer ${count}.`,
  ].join("\n");

const script = (index: number): ScriptedAnswer => {
  if (index % 3 === 2) return { text: answer((index + 1) / 3), usage: { input: 1200, output: 34 } };
  const text = "::warning::I look into it.\n##[error]and again";
  return index % 3 === 0
    ? { text, toolCalls: [{ name: "readTextFile", args: { path: "a.txt" } }] }
    : { text, toolCalls: [{ name: "echo", args: { message: "::warning::said\n::warning::twice" } }] };
};

const openedPullRequest = async (world: ActionWorld) => {
  world.checkout.checkout("feature");
  world.checkout.commit({ "a.txt": "::warning::two\n" });
  world.checkout.mirrorTo(world.github.world, world.repository);
  const pull = openPullRequest(world.github.world, world.repository, { author: "alice", head: "feature" });
  return { pull, webhook: await pullRequestEvent(world, { number: pull.number, by: "alice" }) };
};

/** The tool results that the model was sent with its request of this index. */
const toldToModel = (world: ActionWorld, index: number): string =>
  JSON.stringify(world.model.requests[index]?.body.messages);

test("given a pull request and a package skill, the answer is everywhere it should be, and only text", async () => {
  await using world = await startActionWorld({
    files: {
      "perstack.toml": manifestOf({ skills: everything }),
      "a.txt": "one\n",
      [workflowFile]: workflow({ on: "pull_request" }),
    },
    answers: script,
  });
  const { pull, webhook } = await openedPullRequest(world);

  const first = await runAct(world, { webhook, actor: "alice" });
  expect(jobResult(first.lines)).toBe("success");
  expect(first.exitCode).toBe(0);

  // The Expert read the checkout and called the package.
  expect(toldToModel(world, 1)).toContain("::warning::two");
  expect(toldToModel(world, 2)).toContain("Echo: ::warning::said");
  expect(printed(first.lines, main)).toContain("installed @modelcontextprotocol/server-everything@2026.8.31");

  // Outputs reach later steps whole.
  const { outputs, before, after } = readRecord(world);
  expect(outputs).toMatchObject({
    conclusion: "success",
    "final-message": answer(1),
    steps: "3",
    "input-tokens": "1400",
    "output-tokens": "54",
  });
  expect(printed(first.lines, { step: "record", stage: "Main" })).toContain(
    "The Expert ended with success.\n",
  );

  // Comment, summary and artifact.
  expect(pull.comments).toHaveLength(1);
  expect(pull.comments[0]?.body).toContain("Looks good, answer 1.");
  expect(outputs["comment-url"]).toContain(`#issuecomment-${pull.comments[0]?.id}`);
  expect(summaryOf(first.lines, main)).toContain("Looks good, answer 1.");
  const [artifact] = world.results.artifacts;
  expect(outputs["artifact-id"]).toBe(String(artifact?.id));
  const files = readZip(artifact?.bytes ?? Buffer.alloc(0));
  expect([...files.keys()].sort()).toEqual(["answer.md", "events.jsonl", "job.json"]);
  expect(files.get("answer.md")?.toString()).toBe(answer(1));
  expect(stageResult(first.lines, post)).toBe("success");

  expect(printed(first.lines, main)).toContain("::error::answer 1 is a command");
  // act obeyed the masks and nothing else; a real runner also takes indented `::` and `##[` anywhere.
  expect(new Set(printedCommands(first.lines, main).map(({ command }) => command))).toEqual(
    new Set(["add-mask"]),
  );
  expect(printedCommands(first.lines, main).map(({ arg }) => arg)).not.toContain("conclusion");
  expect(printed(first.lines, main)).not.toMatch(/^\s*::|##\[/m);

  // Later steps find the environment that they would find without ours, and no secret in it.
  expect(after).toEqual(before);
  expect(after.join("\n")).not.toContain(providerKey);
  expect(after.join("\n")).not.toContain(world.token.value);

  const second = await runAct(world, { webhook, actor: "alice" });
  expect(second.exitCode).toBe(0);
  expect(pull.comments).toHaveLength(1);
  expect(pull.comments[0]?.body).toContain("Looks good, answer 2.");
  expect(readRecord(world).outputs["comment-url"]).toBe(outputs["comment-url"]);
  expect(world.results.artifacts).toHaveLength(2);
  expect(world.github.world.unknownRoutes).toEqual([]);
  expect(world.github.world.violations).toEqual([]);
});
