import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli, startCliWorld } from "../helpers/run-cli.ts";

const fixtures = join(import.meta.dirname, "../fixtures");

const manifest = `model = "claude-sonnet-4-5"
timeout = 120_000

[provider]
providerName = "anthropic"

[experts.waiter]
instruction = "You wait."

[experts.waiter.skills.slow]
type = "mcpStdioSkill"
command = ${JSON.stringify(process.execPath)}
args = [${JSON.stringify(join(fixtures, "mcp-servers/tools.mjs"))}]
pick = ["slow"]
`;

test("a tool has the step's time, also beyond a minute, which is the MCP client's own limit", async () => {
  await using world = await startCliWorld({
    files: { "perstack.toml": manifest },
    answers: [{ toolCalls: [{ name: "slow", args: { ms: 3_000 } }] }, { text: "It came." }],
  });
  // A minute passes in a second and a half, in the runner alone: the tool takes two of them.
  const preload = join(fixtures, "preload/short-minute.mjs");
  const run = await runCli(world, ["run", "waiter", "Go."], { env: { NODE_OPTIONS: `--import=${preload}` } });
  expect(run.exitCode).toBe(0);
  expect(world.recorded().heard).toEqual([{ tool: "slow", text: "at last", isError: false }]);
});
