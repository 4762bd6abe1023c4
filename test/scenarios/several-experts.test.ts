import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { manifestOf, startScene } from "../helpers/expert-run.ts";
import { addCollaborator } from "../helpers/fake-github/populate-people.ts";
import type { ScriptedAnswer } from "../helpers/model-server.ts";

/** Several Experts, budgets and results in a workflow step. */

const team = `
[experts.reader]
description = "Reads."
instruction = "You are READER."
`;

/** The reviewer delegates; the manifest's end is other tables, so its own keys come first. */
const manifest = manifestOf({ skills: `delegates = ["reader"]\n${team}` });

const delegating = (_index: number, body: Record<string, unknown>): ScriptedAnswer => {
  if (JSON.stringify(body.system).includes("READER")) return { text: "It says two." };
  return JSON.stringify(body.messages).includes("It says two.")
    ? { text: "The reader says: two." }
    : { toolCalls: [{ name: "reader", args: { query: "What does a.txt say?" } }] };
};

test("on a pull request a delegate's word goes into the answer, and the summary names both Experts", async () => {
  await using scene = await startScene({ on: "pull request", manifest, answers: delegating });
  const run = await scene.run();
  expect([run.exitCode, run.outputs.conclusion, run.outputs.steps]).toEqual([0, "success", "3"]);
  expect(run.comments).toEqual([expect.stringContaining("The reader says: two.")]);
  expect(run.summary).toContain("<code>reviewer</code>");
  expect(run.summary).toContain("<code>reader</code>");
  expect(run.log).toContain("[reader r0.1_0] run reader");
  expect(run.recorded().state.runs.size).toBe(2);
  expect(Number(run.outputs["cost-usd"])).toBeGreaterThan(0);
});

test("a budget in tokens ends the step as `limit`, with the tokens within it", async () => {
  await using scene = await startScene({
    on: "pull request",
    answers: () => ({
      toolCalls: [{ name: "listDirectory", args: { path: "." } }],
      usage: { input: 4_000, output: 1_000 },
    }),
  });
  const run = await scene.run({ inputs: { "max-tokens": "30000" } });
  expect([run.exitCode, run.outputs.conclusion]).toEqual([1, "limit"]);
  const spent = Number(run.outputs["input-tokens"]) + Number(run.outputs["output-tokens"]);
  expect(spent).toBeLessThanOrEqual(30_000);
  expect(spent).toBeGreaterThan(10_000);
  expect(run.summary).toContain("Raise `max-tokens`");
});

describe("a structured result", () => {
  const schema = '{"type":"object","properties":{"kind":{"enum":["bug"]}},"required":["kind"]}';

  test("is an output of the step, from a schema of the trusted commit", async () => {
    await using scene = await startScene({
      on: "pull request",
      files: { "schema.json": schema },
      answers: [{ text: '{"kind":"bug"}' }],
    });
    const run = await scene.run({ inputs: { "output-schema-file": "schema.json" } });
    expect([run.exitCode, run.outputs["structured-output"]]).toEqual([0, '{"kind":"bug"}']);
  });

  test("that never fits is a failure", async () => {
    await using scene = await startScene({ on: "dispatch", answers: () => ({ text: "A bug." }) });
    const run = await scene.run({ inputs: { "output-schema": schema } });
    expect([run.exitCode, run.outputs.conclusion, run.outputs["structured-output"]]).toEqual([
      1,
      "failure",
      "",
    ]);
    expect(run.summary).toContain("OutputSchemaMismatch");
  });

  test("is refused when the schema is none", async () => {
    await using scene = await startScene({ on: "dispatch", answers: [] });
    const run = await scene.run({ inputs: { "output-schema": '{"type":"array"}' } });
    expect([run.exitCode, run.outputs.conclusion]).toEqual([2, "invalid"]);
    expect(run.summary).toContain("output-schema");
  });
});

const asking = manifestOf({
  skills: `
[experts.reviewer.skills.people]
type = "interactiveSkill"
[experts.reviewer.skills.people.tools.askUser]
inputJsonSchema = '{"type":"object","properties":{"question":{"type":"string"}}}'
`,
});

test("a question is posted in the thread and ends the step green, as `needs-input`", async () => {
  await using scene = await startScene({
    on: "issue",
    manifest: asking,
    answers: [
      {
        text: "One thing first.",
        toolCalls: [{ name: "askUser", args: { question: "Which <b>branch</b>?" } }],
      },
    ],
  });
  const run = await scene.run();
  expect([run.exitCode, run.outputs.conclusion]).toEqual([0, "needs-input"]);
  const [comment = ""] = run.comments;
  expect(comment).toContain("One thing first.");
  expect(comment).toContain('"question": "Which');
  expect(run.recorded().head.status).toBe("stoppedByInteractiveTool");
});

test("a question turns a required check red where `on-skip: fail` asks for it", async () => {
  await using scene = await startScene({
    on: "pull request",
    manifest: asking,
    answers: [{ toolCalls: [{ name: "askUser", args: { question: "Which branch?" } }] }],
  });
  const run = await scene.run({ inputs: { "on-skip": "fail" } });
  expect([run.exitCode, run.outputs.conclusion]).toEqual([1, "needs-input"]);
});

test("`private` gives an Expert a folder of its own, `read` no tool that writes", async () => {
  const narrowed = manifestOf({
    skills: `delegates = ["reader", "hermit"]
workspace = "read"
${team}
[experts.hermit]
instruction = "You are HERMIT."
workspace = "private"
`,
  });
  await using scene = await startScene({
    on: "dispatch",
    manifest: narrowed,
    answers: (_index, body) => {
      const said = JSON.stringify(body.messages);
      if (JSON.stringify(body.system).includes("HERMIT")) {
        return said.includes("hermit.txt")
          ? { text: "Alone." }
          : {
              toolCalls: [
                { name: "writeTextFile", args: { path: "hermit.txt", text: "x" } },
                { name: "listDirectory", args: { path: "." } },
              ],
            };
      }
      return said.includes("Alone.")
        ? { text: "Done." }
        : { toolCalls: [{ name: "hermit", args: { query: "Write." } }] };
    },
  });
  const run = await scene.run();
  expect(run.exitCode).toBe(0);
  expect(existsSync(join(scene.world.checkout.directory, "hermit.txt"))).toBe(false);
  const [root, hermit] = run.recorded().events("runStarted");
  const names = (tools: readonly { readonly name: string }[] = []) => tools.map(({ name }) => name);
  expect(names(root?.tools)).not.toContain("writeTextFile");
  expect(names(root?.tools)).not.toContain("exec");
  expect(names(hermit?.tools)).toContain("writeTextFile");
  const listed = run.recorded().heard.find(({ tool }) => tool === "listDirectory");
  expect(listed?.text).not.toContain("a.txt");
});

test("an untrusted trigger is denied what any Expert in reach would run", async () => {
  const reaching = manifestOf({
    skills: `delegates = ["reader"]
${team}
[experts.reader.skills.far]
type = "mcpSseSkill"
endpoint = "https://mcp.example.com/mcp"
`,
  });
  await using scene = await startScene({ on: "issue", manifest: reaching, answers: [] });
  addCollaborator(scene.world.github.world, scene.world.repository, "alice", "triage");
  const run = await scene.run({ inputs: { permission: "triage" } });
  expect([run.exitCode, run.outputs.conclusion]).toEqual([0, "denied"]);
  expect(run.summary).toContain("reader");
  expect(run.summary).toContain("far");
  expect(scene.world.model.requests).toEqual([]);
});

test("the lock is read from the trusted commit, not from the pull request", async () => {
  const broken = 'version = "1"\nconfigPath = \n';
  await using scene = await startScene({
    on: "pull request",
    answers: [{ text: "Fine." }],
    files: { "notes.md": "x" },
  });
  scene.world.checkout.commit({ "perstack.lock": broken });
  expect(readFileSync(join(scene.world.checkout.directory, "perstack.lock"), "utf8")).toBe(broken);
  const run = await scene.run();
  expect([run.exitCode, run.outputs.conclusion]).toEqual([0, "success"]);
});
