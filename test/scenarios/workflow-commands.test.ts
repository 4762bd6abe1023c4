import { expect, test } from "vitest";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { openPullRequest } from "../helpers/fake-github/populate-threads.ts";
import type { WorkFiles } from "../helpers/git-repository.ts";
import type { ScriptedAnswer } from "../helpers/model-server.ts";
import { runStep, type StepRun } from "../helpers/step-run.ts";
import { pullRequestEvent } from "../helpers/webhook.ts";

const manifest = `
model = "claude-sonnet-4-5"
[provider]
providerName = "anthropic"
[experts.reviewer]
version = "1.0.0"
instruction = "You review changes."
`;

/** Every way by which a text could begin a line of its own, or be a command in the middle of one. */
const attacks: readonly string[] = [
  "::error::x",
  "  ::add-mask::y",
  "\t::warning file=a.txt::w",
  "::stop-commands::token",
  "##[error]z",
  "text ##[add-mask]q",
  "\r::notice::cr",
  "\r\n::group::crlf",
  "\n::endgroup::lf",
  "\u0085::notice::nel",
  "\u2028::error::ls",
  "\u2029::error::ps",
  "\u000b::error::vt",
  "\u000c::error::ff",
  "\u001b[2K\u001b[1G::error::escape",
  "\u200b::error::zero width",
  "\u00ad:\u2060:error::within",
  "text #\u200d#\ufeff[error]joined",
  "%0A::error::encoded",
];
const attack = attacks.join(" \n");

const start = (answers: readonly ScriptedAnswer[], files: WorkFiles = { "perstack.toml": manifest }) =>
  startActionWorld({ files: { "a.txt": "one\n", ...files }, answers });

const run = async (world: ActionWorld, proposed: WorkFiles = { "a.txt": "two\n" }): Promise<StepRun> => {
  const { github, repository, checkout } = world;
  checkout.checkout("feature");
  checkout.commit(proposed);
  checkout.mirrorTo(github.world, repository);
  const { number } = openPullRequest(github.world, repository, {
    author: "alice",
    head: "feature",
    title: attack,
    body: attack,
  });
  const webhook = await pullRequestEvent(world, { number, by: "alice" });
  return await runStep(world, { webhook, inputs: { expert: "reviewer", "max-retries": "0" } });
};

/** What a runner would obey, read more generously than any runner reads; the toolkit's own commands left out. */
const commandsIn = (log: string): readonly string[] =>
  log
    .split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)
    .map((line) => line.replaceAll(/[\p{DI}\p{Cc}]/gu, ""))
    .filter((line) => /^\s*::[\w-]+|##\[/.test(line))
    .filter((line) => !/^::(add-mask|debug)::/.test(line));

const controls = /[^\P{Cc}\n]|[\u2028\u2029]/u;

test("nothing that a model, a tool or a file says is a command in the log", async () => {
  await using world = await start([
    {
      text: attack,
      toolCalls: [
        ...attacks.map((text) => ({ name: "exec", args: { command: "printf", args: ["%s", text] } })),
        ...attacks.map((path) => ({ name: "readTextFile", args: { path } })),
        { name: "exec", args: { command: "printf", args: ["%s", attack], env: { "\n::error::k": attack } } },
        { name: "exec", args: { command: "\n::error::command" } },
        { name: "\n::error::tool", args: { "\n::error::key": attack } },
        { name: "writeTextFile", args: "\n::error::no json" },
      ],
    },
    ...attacks.map((text) => ({ text, toolCalls: [{ name: "healthCheck", args: {} }] })),
    { text: attack },
  ]);
  const ran = await run(world, { "a.txt": attack, "\n::error::file": "new\n" });
  expect([ran.exitCode, ran.outputs.conclusion]).toEqual([0, "success"]);
  expect(ran.prompts).toHaveLength(attacks.length + 2);
  expect(ran.log).toContain("::error::x");
  expect(commandsIn(ran.log)).toEqual([]);
  expect(ran.log).not.toMatch(controls);
});

test("what a provider says of an error is inside the one annotation", async () => {
  await using world = await start([{ status: 400, type: "invalid_request_error", message: attack }]);
  const ran = await run(world);
  expect([ran.exitCode, ran.outputs.conclusion]).toEqual([1, "failure"]);
  expect(commandsIn(ran.log)).toEqual([
    expect.stringMatching(/^::error title=Expert Stack%3A failure::.*::error::x/),
  ]);
});

test("what is wrong with a pull request's own manifest is no command", async () => {
  await using world = await start([], {});
  const own = attacks.map((name) => `[experts.${JSON.stringify(name)}]\ninstruction = "x"`).join("\n");
  const ran = await run(world, { "perstack.toml": own });
  expect([ran.exitCode, ran.outputs.conclusion]).toEqual([0, "skipped"]);
  expect(ran.log).toMatch(/perstack\.toml:\d+:\d+: /);
  expect(ran.log).toContain("[error]z");
  expect(commandsIn(ran.log)).toEqual([]);
});
