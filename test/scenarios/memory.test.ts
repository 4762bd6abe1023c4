import { join } from "node:path";
import { expect, test } from "vitest";
import { manifestOf } from "../helpers/expert-run.ts";
import { runCli, startCliWorld } from "../helpers/run-cli.ts";

const preload = join(import.meta.dirname, "..", "fixtures", "preload", "tell-flags.mjs");

test("a job that goes on has V8 keep its heap small", async () => {
  await using world = await startCliWorld({
    files: { "perstack.toml": manifestOf() },
    answers: [
      { toolCalls: [{ name: "exec", args: { command: "sleep", args: ["0.6"] } }] },
      { text: "Done." },
    ],
  });
  const run = await runCli(world, ["run", "reviewer", "Wait."], {
    env: { NODE_OPTIONS: `--import=${preload}` },
  });
  expect(run.exitCode).toBe(0);
  expect(run.stderr).toContain("flags --optimize-for-size\n");
});
