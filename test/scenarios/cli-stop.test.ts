import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { manifestOf } from "../helpers/expert-run.ts";
import type { ScriptedAnswer } from "../helpers/model-server.ts";
import { type CliWorld, eventLines, runCli, runInShell, startCliWorld } from "../helpers/run-cli.ts";

const servers = join(import.meta.dirname, "../fixtures/mcp-servers");

/** A call that says it has begun by a file, starts a child that ignores SIGTERM, and does not end. */
const endless: ScriptedAnswer = {
  toolCalls: [
    {
      name: "exec",
      args: {
        command: "sh",
        args: ["-c", "trap '' TERM; (trap '' TERM; sleep 600) & touch begun; sleep 600"],
      },
    },
  ],
};

const startWorld = async (answers: readonly ScriptedAnswer[]): Promise<CliWorld> =>
  await startCliWorld({
    files: {
      "perstack.toml": manifestOf({
        skills: `
[experts.reviewer.skills.stubborn]
type = "mcpStdioSkill"
command = "node"
args = ["servers/stubborn.mjs"]
`,
      }),
      "servers/stubborn.mjs": readFileSync(join(servers, "stubborn.mjs"), "utf8"),
      "servers/raw-server.mjs": readFileSync(join(servers, "raw-server.mjs"), "utf8"),
    },
    answers,
  });

const until = async (isSo: () => boolean): Promise<void> => {
  for (const end = Date.now() + 10_000; !isSo() && Date.now() < end; ) await sleep(20);
  if (!isSo()) throw new Error("it never came to that");
};

/** Runs a job, sends the signals once it is as far as asked, and measures from the first one to the end. */
const runAndStop = async (
  world: CliWorld,
  stop: {
    readonly when: (world: CliWorld) => boolean;
    readonly signals: readonly NodeJS.Signals[];
    readonly args?: readonly string[];
  },
) => {
  let stoppedAt = 0;
  let sending = Promise.resolve();
  const run = await runCli(world, ["run", "reviewer", "Go on.", ...(stop.args ?? [])], {
    onStart: (child) => {
      sending = (async () => {
        await until(() => stop.when(world));
        stoppedAt = Date.now();
        for (const signal of stop.signals) {
          child.kill(signal);
          await sleep(50);
        }
      })();
    },
  });
  await sending;
  return { ...run, tookMs: Date.now() - stoppedAt };
};

const callRuns = (world: CliWorld): boolean => existsSync(join(world.workspace.directory, "begun"));
const modelIsAsked = (world: CliWorld): boolean => world.model.requests.length > 0;

describe("a job that is told to stop", () => {
  test.each([
    ["SIGINT", "a tool runs", endless, callRuns],
    ["SIGTERM", "a tool runs", endless, callRuns],
    // The terminal was closed.
    ["SIGHUP", "a tool runs", endless, callRuns],
    ["SIGINT", "the model thinks", { fault: "stall" }, modelIsAsked],
  ] as const)(
    "by %s while %s saves, ends its children within two seconds, exits with 130",
    async (signal, _, answer, when) => {
      await using world = await startWorld([answer]);
      const run = await runAndStop(world, { when, signals: [signal] });
      expect([run.exitCode, run.signal]).toEqual([130, null]);
      expect(run.tookMs).toBeLessThan(2_000);
      expect(world.living()).toEqual([]);
      const { outcome, head } = world.recorded();
      expect(outcome).toEqual({ type: "interrupted", signal });
      expect(head.status).toBe("stoppedByError");
      expect(run.stderr).toContain(`stopped by ${signal}`);
      expect(eventLines(run).length).toBeGreaterThan(2);
    },
  );

  test("while its skills start leaves none behind", async () => {
    await using world = await startCliWorld({
      files: {
        "perstack.toml": manifestOf({
          skills: `
[experts.reviewer.skills.mute]
type = "mcpStdioSkill"
command = "node"
args = ["silent.mjs"]
`,
        }),
        "silent.mjs": readFileSync(join(servers, "silent.mjs"), "utf8"),
      },
    });
    const when = () => world.living().some((command) => command.includes("silent.mjs"));
    const run = await runAndStop(world, { when, signals: ["SIGINT"] });
    expect(run.exitCode).toBe(130);
    expect(run.tookMs).toBeLessThan(2_000);
    expect(world.living()).toEqual([]);
    expect(world.recorded().outcome).toEqual({ type: "interrupted", signal: "SIGINT" });
  });
});

describe("a reader that has gone", () => {
  test.each([
    [
      "`| head -1`",
      '$expert_stack run reviewer "Go on." | head -n 1',
      /^\{.*"type":"initializeRuntime".*\}\n$/,
    ],
    [
      "`2>&1 | head -1`",
      '$expert_stack run reviewer "Go on." --progress plain 2>&1 | head -n 1',
      /^job \S+: reviewer on anthropic .*\n$/,
    ],
  ])("%s ends the job quietly", async (_, line, shown) => {
    await using world = await startWorld([endless, { text: "never" }]);
    const run = await runInShell(world, `${line}; exit \${PIPESTATUS[0]}`);
    expect(run.stdout).toMatch(shown);
    expect(run.stderr).not.toMatch(/EPIPE| {4}at |Error/);
    expect(run.exitCode).toBe(130);
    expect(world.recorded().outcome).toEqual({ type: "interrupted", signal: "SIGPIPE" });
    expect(world.living()).toEqual([]);
  });
});
