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

/** What the waiter hears of a call where a minute passes in a second and a half: in the runner alone. */
const heardOf = async (call: { readonly name: string; readonly args: unknown }) => {
  await using world = await startCliWorld({
    files: { "perstack.toml": manifest },
    answers: [{ toolCalls: [call] }, { text: "It came." }],
  });
  const preload = join(fixtures, "preload/short-minute.mjs");
  // What the server imports is in this repository, which a sandbox may not show.
  const run = await runCli(world, ["run", "waiter", "Go.", "--sandbox", "off"], {
    env: { NODE_OPTIONS: `--import=${preload}` },
  });
  expect(run.exitCode).toBe(0);
  return world.recorded().heard;
};

test("a tool has the step's time, also beyond a minute, which is the MCP client's own limit", async () => {
  const heard = await heardOf({ name: "slow", args: { ms: 3_000 } });
  expect(heard).toEqual([{ tool: "slow", text: "at last", isError: false }]);
});

test("a program has the step's time too", async () => {
  const args = { command: "sh", args: ["-c", "sleep 3; echo at last"] };
  const [heard, ...others] = await heardOf({ name: "exec", args });
  expect(others).toEqual([]);
  expect(heard).toMatchObject({ tool: "exec", isError: false });
  expect(heard?.text).toContain("at last");
});
