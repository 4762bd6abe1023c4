/**
 * The project's own benchmarks, one command: `npm run bench` measures everything and writes `bench/results.md`;
 * `npm run bench -- <name> …` measures some and only prints. Medians and ratios of one run: absolute times say more
 * about the machine than about the tool.
 */

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { measureAction } from "./action.ts";
import { measureDelegates } from "./delegates.ts";
import { measureDeltas } from "./deltas.ts";
import type { Row } from "./measurement.ts";
import { measureRedaction } from "./redaction.ts";
import { measureRegistry } from "./registry.ts";
import { measureSandbox } from "./sandbox.ts";
import { measureSkills } from "./skills.ts";
import { measureStart } from "./start.ts";
import { measureLongJob, measureSteps } from "./steps.ts";
import { measureTrial } from "./trial.ts";

const measurements: ReadonlyMap<string, () => Promise<readonly Row[]>> = new Map([
  ["start", measureStart],
  ["steps", measureSteps],
  ["long-job", measureLongJob],
  ["deltas", measureDeltas],
  ["redaction", measureRedaction],
  ["sandbox", measureSandbox],
  ["trial", measureTrial],
  ["skills", measureSkills],
  ["delegates", measureDelegates],
  ["action", measureAction],
  ["registry", measureRegistry],
]);

const table = (rows: readonly Row[]): readonly string[] => [
  "| what | measured | target |",
  "|---|---|---|",
  ...rows.map((row) => `| ${row.join(" | ")} |`),
];

const names = process.argv.slice(2);
const unknown = names.find((name) => !measurements.has(name));
if (unknown !== undefined) {
  console.error(`There is no measurement "${unknown}". There are: ${[...measurements.keys()].join(", ")}.`);
  process.exit(2);
}
const rows: Row[] = [];
for (const [name, measure] of measurements) {
  if (names.length === 0 || names.includes(name)) rows.push(...(await measure()));
}
const report = [
  "# Benchmarks",
  "",
  `Written by \`npm run bench\` on Node ${process.version}, ${cpus().length} processors. Medians of one run; one job a length.`,
  "The overhead of a step is the time between the end of an answer and the arrival of the next request, measured at",
  "the provider's side: reading the answer, running the tool, writing the journal, building and sending the request.",
  "",
  ...table(rows),
  "",
];
if (names.length === 0) writeFileSync("bench/results.md", report.join("\n"));
console.log((names.length === 0 ? report : table(rows)).join("\n"));
