/**
 * The project's own benchmarks, one command: `npm run bench`. Medians and ratios of one run, written to
 * `bench/results.md`. Absolute times say more about the machine than about the tool.
 */

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { measureActionStep } from "./action-step.ts";
import { measureColdStart } from "./cold-start.ts";
import { measureBareLoop, measureJob } from "./job.ts";

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] =
    sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : [sorted[middle - 1], sorted[middle]];
  return (low + high) / 2;
};

const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

const pairs = 21;
const cold = await measureColdStart(pairs);
const ratios = cold.tool.map((tool, index) => tool / (cold.floor[index] ?? 1));
const jobs = [];
for (const steps of [10, 50, 200]) {
  jobs.push({ steps, figures: await measureJob(steps), bare: await measureBareLoop(steps) });
}
const action = await measureActionStep(9);
const long = jobs.at(-1)?.figures;
if (long === undefined) throw new Error("no job was measured");
const tenths = [long.overheads.slice(0, 20), long.overheads.slice(90, 110), long.overheads.slice(-20)];

const rows = [
  ["process start → first model request, bare Node doing one `fetch` (floor)", ms(median(cold.floor)), ""],
  ["process start → first model request, `expert-stack run`", ms(median(cold.tool)), ""],
  ["ratio of the two, pair by pair", `${median(ratios).toFixed(2)}×`, "≤ 1.7×"],
  ...jobs.map(({ steps, figures, bare }) => [
    `overhead a step, job of ${steps} steps, 2 KB results (a bare Node loop that sends as long a conversation)`,
    `${ms(median(figures.overheads))} (${ms(median(bare))})`,
    "≤ 3 ms",
  ]),
  [
    "overhead a step within the job of 200: first, middle and last 20 steps",
    tenths.map((part) => ms(median(part))).join(", "),
    "flat",
  ],
  [
    "bytes stored for that job, against its messages' bytes",
    `${(long.storedBytes / long.messageBytes).toFixed(2)}× (${Math.round(long.storedBytes / 1024)} KB)`,
    "≤ 3×",
  ],
  ["peak resident memory of that job", `${Math.round(long.peakRssMb)} MB`, "≤ 110 MB"],
  [
    "whole action step on a pull request, two instant generations, upload and comment included",
    ms(median(action)),
    "≤ 500 ms",
  ],
];

const report = [
  "# Benchmarks",
  "",
  `Written by \`npm run bench\` on Node ${process.version}, ${cpus().length} processors, ${pairs} pairs for the start, one job a length.`,
  "Medians of one run. The overhead of a step is the time between the end of an answer and the arrival of the next",
  "request, measured at the provider's side: reading the answer, running the tool, writing the journal, building and",
  "sending the request.",
  "",
  "| what | measured | target |",
  "|---|---|---|",
  ...rows.map((row) => `| ${row.join(" | ")} |`),
  "",
];
writeFileSync("bench/results.md", report.join("\n"));
console.log(report.join("\n"));
