import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../mcp/fixture-skill.ts";

const conformance = fileURLToPath(
  new URL("../../../../node_modules/@modelcontextprotocol/conformance/dist/index.js", import.meta.url),
);
const client = fileURLToPath(new URL("./conformance-client.ts", import.meta.url));

test.each(["initialize", "tools_call", "sse-retry", "elicitation-sep1034-client-defaults"])(
  "given the MCP project's conformance scenario %s, the remote skill passes it",
  // `sse-retry` looks at a clock: half a second too late on a busy machine is no fault of the client.
  { timeout: 60_000, retry: 2 },
  (scenario) => {
    using directory = temporaryDirectory();
    const command = `${process.execPath} ${client}`;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [conformance, "client", "--command", command, "--scenario", scenario],
      { cwd: directory.path, encoding: "utf8" },
    );
    expect(stdout + stderr).toMatch(/Passed: (\d+)\/\1, 0 failed/);
    expect(status).toBe(0);
  },
);
