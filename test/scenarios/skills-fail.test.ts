import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listProcesses } from "../../src/edges/skills/process-table.ts";
import { type ExpertRun, manifestOf, startScene } from "../helpers/expert-run.ts";
import type { ScriptedAnswer } from "../helpers/model-server.ts";

const servers = join(import.meta.dirname, "../fixtures/mcp-servers");
const done: ScriptedAnswer = { text: "Done." };

/** A skill whose server is a file of the repository. */
const skill = (name: string, server: string, more = ""): string => `
[experts.reviewer.skills.${name}]
type = "mcpStdioSkill"
command = "node"
args = ["servers/${server}"]
${more}
`;

const serverFiles = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [`servers/${name}`, readFileSync(join(servers, name), "utf8")]));

const call = (name: string, args: unknown = {}): ScriptedAnswer => ({ toolCalls: [{ name, args }] });

/** On a manual run the checkout is the commit whose definitions run, so that they may name its files. */
const startWithSkills = async (options: {
  readonly skills: string;
  readonly servers: readonly string[];
  readonly answers: readonly ScriptedAnswer[];
  readonly top?: string;
}) =>
  await startScene({
    // What `tools.mjs` imports is in this repository's `node_modules`: in the action's own folder, out of sight.
    ...(options.servers.includes("tools.mjs") ? { inputs: { sandbox: "off" } } : {}),
    on: "dispatch",
    answers: options.answers,
    manifest: manifestOf({ top: options.top ?? "", skills: options.skills }),
    files: serverFiles("raw-server.mjs", ...options.servers),
  });

const expectDone = (run: ExpertRun) => {
  expect([run.exitCode, run.outputs.conclusion, run.outputs["final-message"]]).toEqual([
    0,
    "success",
    "Done.",
  ]);
  expect(run.orphans).toEqual([]);
  return run.recorded();
};

const expectNotStarted = (
  run: ExpertRun,
  ending: { readonly exitCode: number; readonly conclusion: string; readonly says: readonly RegExp[] },
) => {
  expect([run.exitCode, run.outputs.conclusion]).toEqual([ending.exitCode, ending.conclusion]);
  for (const words of ending.says) {
    expect(run.summary).toMatch(words);
    expect(run.log).toMatch(words);
  }
  expect(run.orphans).toEqual([]);
  return run.recorded();
};

describe("a skill that fails during a call", () => {
  test("crashes: the model is told its last words, and the next call works", async () => {
    await using scene = await startWithSkills({
      skills: skill("tools", "tools.mjs"),
      servers: ["tools.mjs"],
      answers: [call("crash"), call("echo", { text: "alive again" }), done],
    });
    const run = await scene.run();
    const [crash, echo] = expectDone(run).heard;
    expect(crash).toMatchObject({ tool: "crash", isError: true });
    expect(crash?.text).toMatch(/The skill "tools" .*code 3.*the disk is on fire/s);
    expect(echo).toEqual({ tool: "echo", text: "alive again", isError: false });
    expect(run.summary).toMatch(/skill <code>tools<\/code> ended by itself/);
  });

  test("never answers and ignores SIGTERM: stopped at the deadline, killed, and the job goes on", async () => {
    await using scene = await startWithSkills({
      skills: skill("stubborn", "stubborn.mjs"),
      servers: ["stubborn.mjs"],
      top: "timeout = 1500",
      answers: [call("work"), done],
    });
    const run = await scene.run();
    const [work] = expectDone(run).heard;
    expect(work).toMatchObject({ tool: "work", isError: true });
    expect(work?.text).toMatch(/did not answer within 1\.5 s and its skill was stopped/);
    expect(run.elapsedMs).toBeLessThan(15_000);
  });

  test("runs a program in `exec` that does not end: ended at the deadline, and the job goes on", async () => {
    await using scene = await startScene({
      on: "pull request",
      manifest: manifestOf({ top: "timeout = 1500" }),
      answers: [call("exec", { command: "sh", args: ["-c", "echo begun; trap '' TERM; sleep 600"] }), done],
    });
    const [exec] = expectDone(await scene.run()).heard;
    expect(exec).toMatchObject({ tool: "exec", isError: true });
    expect(JSON.parse(exec?.text ?? "")).toMatchObject({
      error: "TIMEOUT",
      message: "Ended after 1500 ms.",
      stdout: "begun\n",
    });
  });

  test("leaves a daemon behind that ignores SIGTERM: it is gone when the step is", async () => {
    await using scene = await startWithSkills({
      skills: skill("tools", "tools.mjs"),
      servers: ["tools.mjs"],
      answers: [call("daemon", { pidFile: "daemon.pid" }), done],
    });
    const run = await scene.run();
    const [daemon] = expectDone(run).heard;
    expect(daemon?.isError).toBe(false);
    expect(daemon?.text).toMatch(/^\d+$/);
    expect(listProcesses().map(({ pid }) => pid)).not.toContain(Number(daemon?.text));
  });

  test("answers with 5 MB: the middle is left out and said to be, and the job goes on", async () => {
    await using scene = await startWithSkills({
      skills: skill("tools", "tools.mjs"),
      servers: ["tools.mjs"],
      answers: [call("large", { bytes: 5_000_000 }), done],
    });
    const run = await scene.run();
    const [large] = expectDone(run).heard;
    expect(large?.text).toMatch(/^HEADxxx.*\n\[… about \d+ of 5000008 bytes left out here …\]\nx.*TAIL$/s);
    expect(large?.text.length).toBeLessThan(210_000);
    const sent = JSON.stringify(scene.world.model.requests[1]?.body.messages);
    expect(sent).toContain("bytes left out here");
    expect(sent.length).toBeLessThan(220_000);
  });

  test("prints 5 MB in `exec`: the middle is left out and said to be, and the job goes on", async () => {
    await using scene = await startScene({
      on: "pull request",
      answers: [
        call("exec", { command: "sh", args: ["-c", "head -c 5000000 /dev/zero | tr '\\0' x; echo end"] }),
        done,
      ],
    });
    const [exec] = expectDone(await scene.run()).heard;
    expect(exec?.text).toMatch(/\d{7} bytes cut/);
    expect(exec?.text).toMatch(/end/);
    expect(exec?.text.length).toBeLessThan(200_000);
  });
});

describe("a skill that does not start", () => {
  test("ends at once: its last words are shown, and the model was never asked", async () => {
    await using scene = await startWithSkills({
      skills: skill("database", "exits-at-start.mjs") + skill("tools", "tools.mjs"),
      servers: ["exits-at-start.mjs", "tools.mjs"],
      answers: [],
    });
    const says = [/The skill "database" .*code 7.*while it started/, /cannot reach the database/];
    expectNotStarted(await scene.run(), { exitCode: 1, conclusion: "failure", says });
    expect(scene.world.model.requests).toEqual([]);
  });

  test("is silent: given up after the step's time, with what it said on stderr", async () => {
    await using scene = await startWithSkills({
      skills: skill("mute", "silent.mjs"),
      servers: ["silent.mjs"],
      top: "timeout = 1000",
      answers: [],
    });
    const run = await scene.run();
    const says = [/The skill "mute" did not start within 1 s/, /waiting for a licence/];
    expectNotStarted(run, { exitCode: 1, conclusion: "failure", says });
    expect(run.elapsedMs).toBeLessThan(15_000);
  });

  test("has no such command", async () => {
    await using scene = await startWithSkills({
      skills: skill("gone", "x.mjs").replace('"node"', '"no-such-program"'),
      servers: [],
      answers: [],
    });
    const says = [/there is no program "no-such-program" on the PATH/, /correct the skill's `command`/];
    expectNotStarted(await scene.run(), { exitCode: 1, conclusion: "failure", says });
  });

  test("has its whole line for a command: it is told how to write that", async () => {
    await using scene = await startWithSkills({
      skills: skill("gone", "x.mjs").replace('"node"', '"npx -y @acme/server"'),
      servers: [],
      answers: [],
    });
    const says = [/there is no program "npx -y @acme\/server"/, /write command = "npx" and the other words/];
    expectNotStarted(await scene.run(), { exitCode: 1, conclusion: "failure", says });
  });

  test("lacks a variable it requires: the step is invalid and the variable named", async () => {
    await using scene = await startWithSkills({
      skills: skill("tools", "tools.mjs", 'requiredEnv = ["CRM_TOKEN"]'),
      servers: ["tools.mjs"],
      answers: [],
    });
    const says = [/CRM_TOKEN/, /tools/];
    expectNotStarted(await scene.run(), { exitCode: 2, conclusion: "invalid", says });
  });

  test("has a tool that another skill has, too: the step is invalid and both are named", async () => {
    await using scene = await startWithSkills({
      skills: skill("first", "garbage.mjs") + skill("second", "crashes-always.mjs"),
      servers: ["garbage.mjs", "crashes-always.mjs"],
      answers: [],
    });
    const says = [/The skills "first" and "second" both have a tool named "work"/, /omit/];
    expectNotStarted(await scene.run(), { exitCode: 2, conclusion: "invalid", says });
  });
});

test("on a pull request, whose checkout anyone may have written, a skill of its files is refused", async () => {
  await using scene = await startScene({
    on: "pull request",
    answers: [],
    manifest: manifestOf({ skills: skill("tools", "crashes-always.mjs") }),
    files: serverFiles("raw-server.mjs", "crashes-always.mjs"),
  });
  const run = await scene.run();
  const says = [/The skill "tools" runs `[^`]+`, and the workspace is not the trusted commit/];
  const { events } = expectNotStarted(run, { exitCode: 1, conclusion: "failure", says });
  expect(run.comments[0]).toContain("the workspace is not the trusted commit");
  expect(events("skillStarting")).toEqual([]);
});

test("a skill sees its own variables and none of the step's secrets", async () => {
  await using scene = await startWithSkills({
    skills: skill("tools", "tools.mjs", 'requiredEnv = ["CRM_URL"]'),
    servers: ["tools.mjs"],
    answers: [call("environment"), done],
  });
  const run = await scene.run({ env: { CRM_URL: "https://crm.example", OTHER: "not for skills" } });
  const [environment] = expectDone(run).heard;
  const names = Object.keys(JSON.parse(environment?.text ?? "{}"));
  expect(names).toContain("CRM_URL");
  expect(names.filter((name) => /^(GITHUB|ACTIONS|ANTHROPIC|INPUT|RUNNER)_|^OTHER$/.test(name))).toEqual([]);
});
