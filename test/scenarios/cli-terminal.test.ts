import { describe, expect, test } from "vitest";
import { manifestOf } from "../helpers/expert-run.ts";
import type { ScriptedAnswer } from "../helpers/model-server.ts";
import { type CliRun, type CliWorld, runOnTerminal, startCliWorld } from "../helpers/run-cli.ts";

const slow: ScriptedAnswer = {
  toolCalls: [{ name: "exec", args: { command: "sleep", args: ["1.2"] } }],
  usage: { input: 1200, output: 34 },
};
const missing: ScriptedAnswer = { toolCalls: [{ name: "readTextFile", args: { path: "none.txt" } }] };
const done: ScriptedAnswer = { text: "All is well." };

const startWorld = async (answers: readonly ScriptedAnswer[]): Promise<CliWorld> =>
  await startCliWorld({ files: { "perstack.toml": manifestOf() }, answers });

const eraseLine = "\r\u001b[K";

/** What is left on the screen, line by line. */
const screen = ({ stdout }: CliRun): readonly string[] =>
  stdout
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line) =>
      line.slice(line.lastIndexOf(eraseLine) === -1 ? 0 : line.lastIndexOf(eraseLine) + eraseLine.length),
    );

/** Every state the rewriting line was in. */
const states = ({ stdout }: CliRun): readonly string[] =>
  stdout
    .split(eraseLine)
    .slice(1)
    .map((text) => text.split(/[\r\n]/)[0] ?? "")
    .filter((text) => text !== "");

describe("on a terminal", () => {
  test("one line says what goes on and rewrites itself; what stays is the answer and the bill", async () => {
    await using world = await startWorld([slow, missing, done]);
    const run = await runOnTerminal(world, ["run", "reviewer", "Look."], { columns: 100 });
    expect(run.exitCode).toBe(0);
    const drawn = states(run).filter((text) => text.startsWith("steps "));
    expect(drawn[0]).toMatch(/^steps 0\/100 · 0 in, 0 out · 0 s · /);
    expect(drawn).toContainEqual(expect.stringMatching(/^steps 1\/100 · 1\.2k in, 34 out · \d s · exec$/));
    expect(drawn).toContainEqual(expect.stringMatching(/^steps 1\/100 · .* · 1 s · exec$/));
    expect(drawn).toContainEqual(expect.stringMatching(/^steps 2\/100 · /));
    expect(drawn).toContainEqual(expect.stringMatching(/^steps 2\/100 · .*waiting for the model$/));
    const left = screen(run);
    expect(left.filter((line) => line.startsWith("steps "))).toEqual([]);
    expect(left.filter((line) => line !== "")).toEqual([
      expect.stringMatching(/^ {2}call_2_0 readTextFile failed in [\d.]+ s: .*no such file/),
      "All is well.",
      expect.stringMatching(/^3 steps, 1400 tokens in, 54 out, \$[\d.]+, [\d.]+ s\. The job is in /),
    ]);
  });

  test("the line never wraps, however narrow the terminal", async () => {
    await using world = await startWorld([slow, done]);
    const run = await runOnTerminal(world, ["run", "reviewer", "Look."], { columns: 34 });
    const widths = states(run).map((text) => text.length);
    expect(Math.max(...widths)).toBe(33);
  });

  test("whose width is unknown the line still says what goes on", async () => {
    await using world = await startWorld([slow, done]);
    const run = await runOnTerminal(world, ["run", "reviewer", "Look."], { columns: 0 });
    expect(states(run)).toContainEqual(
      expect.stringMatching(/^steps 1\/100 · 1\.2k in, 34 out · \d s · exec$/),
    );
  });

  test("that is dumb every event has a line of its own", async () => {
    await using world = await startWorld([slow, done]);
    const run = await runOnTerminal(world, ["run", "reviewer", "Look."], {
      columns: 100,
      env: { TERM: "dumb" },
    });
    expect(run.stdout).not.toContain("\u001b");
    expect(run.stdout).toMatch(/exec[\s\S]*All is well\./);
  });

  test("`--json` is JSON and nothing else but the job's place", async () => {
    await using world = await startWorld([done]);
    const run = await runOnTerminal(world, ["run", "reviewer", "Look.", "--json"], { columns: 100 });
    const lines = screen(run).filter((line) => line !== "");
    expect(lines.at(-1)).toMatch(/^The job is in /);
    expect(lines.slice(0, -1).map((line) => typeof JSON.parse(line))).toContain("object");
    expect(run.stdout).not.toContain("\u001b");
  });

  test("what a model or a tool says cannot move the cursor or forge a line", async () => {
    await using world = await startWorld([
      { toolCalls: [{ name: "evil\u001b[2J", args: {} }] },
      { text: "Fine.\u001b]0;owned\u0007\u001b[1A\u001b[2KForged." },
    ]);
    const run = await runOnTerminal(world, ["run", "reviewer", "Look."], { columns: 100 });
    expect(run.stdout).not.toContain("\u001b[2J");
    expect(run.stdout).not.toContain("\u001b]0;");
    expect(run.stdout).not.toContain("\u001b[1A");
    expect(screen(run)).toContain("Fine.\\x1b]0;owned\\x07\\x1b[1A\\x1b[2KForged.");
  });
});
