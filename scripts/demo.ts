/**
 * Runs a first-party Expert on this repository: live when a provider's key is set, else on the recorded answers
 * shipped with it, and says which.
 */
import { spawnSync } from "node:child_process";

const live = [
  { key: "ANTHROPIC_API_KEY", args: [] },
  { key: "OPENAI_API_KEY", args: ["--provider", "openai"] },
].find(({ key }) => (process.env[key] ?? "") !== "");

const how = live === undefined ? ["--recorded", "experts/tour.recorded.jsonl"] : live.args;

console.error(
  live === undefined
    ? "No provider key is set: the Expert runs on recorded answers; its tools run for real.\n"
    : `${live.key} is set: the Expert runs live.\n`,
);

const { status } = spawnSync(
  process.execPath,
  [
    "dist/index.js",
    "run",
    "tour",
    "Show me around this repository.",
    "--config",
    "experts/perstack.toml",
    "--progress",
    "auto",
    ...how,
  ],
  { stdio: "inherit" },
);
process.exitCode = status ?? 1;
