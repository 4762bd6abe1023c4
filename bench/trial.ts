import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ActionWorld, startActionWorld } from "../test/helpers/action-world.ts";
import { runAction } from "../test/helpers/run-action.ts";
import { pullRequestOf } from "./action.ts";
import { median, ms, type Row } from "./measurement.ts";
import { tool } from "./program.ts";
import { firstRequest } from "./start.ts";
import { makeWorkspace } from "./workspace.ts";

const rounds = 15;

/** Milliseconds after which GitHub answers a request at the soonest, as seen from its own runners. */
const answerMs = 50;

const experts = `
[experts.bench]
version = "1.0.0"
instruction = "You have a skill."
[experts.bench.skills.raw]
type = "mcpStdioSkill"
command = "node"
args = ["server.mjs"]
`;

const server = {
  "server.mjs": 'import { serve } from "./raw-server.mjs";\nserve({ onCall() {} });\n',
  "raw-server.mjs": readFileSync(
    join(import.meta.dirname, "../test/fixtures/mcp-servers/raw-server.mjs"),
    "utf8",
  ),
};

/** What trying the tiers puts before the first request of an Expert whose server starts before it, no lock naming its tools. */
export const measureTrial = async (): Promise<readonly Row[]> => [
  [
    `first request later by trying the tiers, no lockfile, the first command of a boot (median of ${rounds} pairs)`,
    ms(await inCommand()),
    "",
  ],
  [
    `the same of an action step, GitHub answering after ${answerMs} ms (median of ${rounds} pairs)`,
    ms(await inStep()),
    "nothing",
  ],
];

const inCommand = async (): Promise<number> => {
  using workspace = makeWorkspace(experts, server);
  return await later(
    async (cache) => await firstRequest(workspace.path, () => [tool, "run", "bench", "go", "--json"], cache),
  );
};

const inStep = async (): Promise<number> => {
  let at = 0;
  await using world = await startActionWorld({
    files: {
      "perstack.toml": `model = "claude-sonnet-4-5"\n[provider]\nproviderName = "anthropic"\n${experts}`,
      ...server,
    },
    answers: () => {
      at ||= performance.now();
      return { text: "Done." };
    },
  });
  await using gitHub = await slowGitHub(world);
  const webhook = await pullRequestOf(world);
  world.checkout.checkout("main");
  return await later(async (cache) => {
    at = 0;
    const startedAt = performance.now();
    const env = { RUNNER_TOOL_CACHE: cache, GITHUB_API_URL: gitHub.url };
    const { exitCode, log } = await runAction(world, { webhook, inputs: { expert: "bench" }, env });
    if (exitCode !== 0) throw new Error(log);
    return at - startedAt;
  });
};

/** Median over pairs of what a job costs more that finds no record of tiers that held. */
const later = async (measure: (cache: string) => Promise<number>): Promise<number> => {
  const cache = mkdtempSync(join(tmpdir(), "bench-trial-"));
  const differences: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const took = { trying: 0, knowing: 0 };
    for (const as of round % 2 === 0 ? (["trying", "knowing"] as const) : (["knowing", "trying"] as const)) {
      if (as === "trying") rmSync(join(cache, "expert-stack", "trials"), { recursive: true, force: true });
      took[as] = await measure(cache);
    }
    // The first round fills the cache and is not counted.
    if (round >= 0) differences.push(took.trying - took.knowing);
  }
  rmSync(cache, { recursive: true, force: true });
  return median(differences);
};

/** The world's GitHub, each answer of which comes later. */
const slowGitHub = async ({ github }: ActionWorld) => {
  const proxy = createServer((incoming, response) => {
    const { method, headers, url = "" } = incoming;
    setTimeout(() => {
      const outgoing = request(`${github.url}${url}`, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      incoming.pipe(outgoing);
    }, answerMs);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const { port } = proxy.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
};
