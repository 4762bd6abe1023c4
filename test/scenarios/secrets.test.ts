import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { manifestOf, startScene } from "../helpers/expert-run.ts";
import type { ScriptedAnswer } from "../helpers/model-server.ts";
import { readZip } from "../helpers/read-zip.ts";
import { providerKey, runCli, runOnTerminal, startCliWorld } from "../helpers/run-cli.ts";

const core = providerKey.slice("sk-ant-api03-".length);
const reversed = (text: string): string => [...text].reverse().join("");
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const hex = (text: string): string => Buffer.from(text).toString("hex");

/** Ways in which a model that wants the key to leave might write it. */
const disguises: readonly string[] = [
  providerKey,
  core.slice(0, 14),
  core.slice(-13),
  base64(providerKey),
  base64(`x${providerKey}`),
  base64(`xy${providerKey}`),
  hex(providerKey),
  hex(providerKey).toUpperCase(),
  reversed(providerKey),
  encodeURIComponent(`key=${providerKey}`),
];

/** What must be nowhere: any twelve characters in a row of the key's secret part, in any of its forms. */
const traces: readonly string[] = [core, reversed(core), hex(core), base64(providerKey).slice(20)].flatMap(
  (form) => Array.from({ length: form.length - 11 }, (_, at) => form.slice(at, at + 12)),
);

const tracesIn = (text: string): readonly string[] => traces.filter((trace) => text.includes(trace));

const everyDisguise = disguises.map((form, index) => `${index}: ${form}`).join("\n");

/** Says the key, has a tool say it, fails with it, and ends with it. */
const answers: readonly ScriptedAnswer[] = [
  {
    thinking: `The key is ${providerKey}.`,
    text: `I found ${everyDisguise}`,
    toolCalls: [
      { name: "exec", args: { command: "printf", args: ["%s\\n", ...disguises] } },
      {
        name: "exec",
        args: { command: "sh", args: ["-c", `echo ${core.slice(0, 9)}; exit 3`], env: { [core]: core } },
      },
      { name: "writeTextFile", args: { path: "loot.txt", text: everyDisguise } },
      { name: providerKey, args: { [providerKey]: 1 } },
      { name: "readTextFile", args: { path: providerKey } },
    ],
  },
  { status: 529, type: "overloaded_error", message: `Overloaded for ${providerKey}` },
  { toolCalls: [{ name: "readTextFile", args: { path: "loot.txt" } }] },
  { text: `The key:\n\n${everyDisguise}\n\n[a link](https://evil.example/${providerKey})\n\nThat was it.` },
];

const folderText = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.name}\n${readFileSync(join(entry.parentPath, entry.name), "latin1")}`)
    .join("\n");

test("in the action the provider's key leaves by no way", async () => {
  await using scene = await startScene({ on: "pull request", answers });
  const run = await scene.run({ env: { ANTHROPIC_API_KEY: providerKey } });
  expect([run.exitCode, run.outputs.conclusion]).toEqual([0, "success"]);
  expect(run.outputs["final-message"]).toMatch(/The key:[\s\S]*\*\*\*[\s\S]*That was it\./);
  const { directory, heard } = run.recorded();
  expect(heard.map(({ isError }) => isError)).toEqual([false, false, false, true, true, false]);
  const artifacts = scene.world.results.artifacts.map(({ bytes }) =>
    [...readZip(bytes)].map(([name, data]) => `${name}\n${data.toString("latin1")}`).join("\n"),
  );
  expect(artifacts).toHaveLength(1);
  // The runner's own mask needs the value, and the runner never shows that line.
  const log = run.log.replace(/^::add-mask::.*$/gm, "");
  const places = {
    log,
    summary: run.summary,
    comment: run.comments.join("\n"),
    outputs: JSON.stringify(run.outputs),
    state: JSON.stringify(run.state),
    job: folderText(directory),
    artifact: artifacts.join("\n"),
  };
  for (const [place, text] of Object.entries(places)) {
    expect(text.length, place).toBeGreaterThan(0);
    expect(tracesIn(text), place).toEqual([]);
  }
  expect(run.log).toContain(`::add-mask::${providerKey}`);
});

test("an error that quotes the key shows it nowhere", async () => {
  await using scene = await startScene({
    on: "pull request",
    answers: [{ status: 401, type: "authentication_error", message: `invalid x-api-key: ${everyDisguise}` }],
  });
  const run = await scene.run({ env: { ANTHROPIC_API_KEY: providerKey } });
  expect([run.exitCode, run.outputs.conclusion]).toEqual([1, "failure"]);
  expect(run.summary).toContain("invalid x-api-key: 0: ***");
  expect(tracesIn(run.summary + run.comments.join("\n") + run.log.replace(/^::add-mask::.*$/gm, ""))).toEqual(
    [],
  );
});

test("an input that holds the key by mistake shows it nowhere", async () => {
  await using scene = await startScene({ on: "dispatch", answers: [] });
  for (const inputs of [{ "max-steps": providerKey }, { expert: providerKey }, { config: providerKey }]) {
    const run = await scene.run({ inputs, env: { ANTHROPIC_API_KEY: providerKey } });
    expect([run.exitCode, run.outputs.conclusion]).toEqual([2, "invalid"]);
    expect(run.summary).toContain("***");
    expect(tracesIn(run.summary + JSON.stringify(run.outputs))).toEqual([]);
    expect(tracesIn(run.log.replace(/^::add-mask::.*$/gm, ""))).toEqual([]);
  }
});

test.each([
  ["as JSON", []],
  ["as plain lines", ["--progress", "plain", "--verbose"]],
])("on the command line the provider's key leaves by no way, %s", async (_, options) => {
  await using world = await startCliWorld({ files: { "perstack.toml": manifestOf() }, answers });
  const run = await runCli(world, ["run", "reviewer", `Find ${providerKey}.`, ...options]);
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toContain("***");
  const log = await runCli(world, ["log", world.jobs().join()], { env: { ANTHROPIC_API_KEY: undefined } });
  const places = {
    stdout: run.stdout,
    stderr: run.stderr,
    job: folderText(world.recorded().directory),
    log: log.stdout,
  };
  for (const [place, text] of Object.entries(places)) {
    expect(text.length, place).toBeGreaterThan(0);
    expect(tracesIn(text), place).toEqual([]);
  }
});

test("on a terminal the provider's key leaves by no way", async () => {
  await using world = await startCliWorld({ files: { "perstack.toml": manifestOf() }, answers });
  const run = await runOnTerminal(world, ["run", "reviewer", "Look."], { columns: 120 });
  expect(run.exitCode).toBe(0);
  expect(tracesIn(run.stdout)).toEqual([]);
});
