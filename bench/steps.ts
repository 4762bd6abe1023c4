import { readFileSync } from "node:fs";
import { join } from "node:path";
import { median, ms, type Row } from "./measurement.ts";
import { bare, runWell, tool } from "./program.ts";
import { type Exchange, startReader } from "./provider.ts";
import { makeWorkspace } from "./workspace.ts";

/** Jobs that read a file of 2 KB at every step: what a step costs beside the model, and what the job leaves behind. */
export const measureSteps = async (): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for (const steps of [10, 50, 200]) {
    const job = await measureJob(steps);
    const floor = await measureBareLoop(steps);
    rows.push([
      `overhead a step, job of ${steps} steps, 2 KB results (a bare Node loop that sends as long a conversation)`,
      `${ms(median(job.overheads))} (${ms(median(floor.overheads))})`,
      "≤ 3 ms",
    ]);
    if (steps === 200) rows.push(...rowsOfLength(steps, job, floor));
  }
  return rows;
};

/** A job of 1,000 steps: whether a step costs the same at its end as at its beginning. */
export const measureLongJob = async (): Promise<readonly Row[]> => {
  const steps = 1_000;
  return rowsOfLength(steps, await measureJob(steps), await measureBareLoop(steps));
};

type LoopFigures = {
  /** Milliseconds between an answer and the next request, by step. */
  readonly overheads: readonly number[];
  readonly peakRssMb: number;
};

type JobFigures = LoopFigures & {
  readonly storedBytes: number;
  /** Bytes of the messages as JSON, each once. */
  readonly messageBytes: number;
};

const measureJob = async (steps: number): Promise<JobFigures> => {
  using workspace = makeWorkspace();
  await using provider = await startReader(steps);
  const { peakRssMb } = await runWell([tool, "run", "bench", "go", "--job-id", "bench", "--json"], {
    cwd: workspace.path,
    url: provider.url,
  });
  const folder = join(workspace.path, ".expert-stack", "jobs", "bench");
  const journal = readFileSync(join(folder, "events.jsonl"), "utf8");
  return {
    overheads: gaps(provider.exchanges),
    storedBytes: Buffer.byteLength(journal) + readFileSync(join(folder, "job.json")).length,
    messageBytes: messageBytes(journal),
    peakRssMb,
  };
};

const measureBareLoop = async (steps: number): Promise<LoopFigures> => {
  using workspace = makeWorkspace();
  await using provider = await startReader(steps);
  const { peakRssMb } = await runWell([bare("bare-loop"), provider.url, String(steps)], {
    cwd: workspace.path,
    url: provider.url,
  });
  return { overheads: gaps(provider.exchanges), peakRssMb };
};

const gaps = (exchanges: readonly Exchange[]): readonly number[] =>
  exchanges.slice(1).map((exchange, index) => exchange.arrivedAt - (exchanges[index]?.answeredAt ?? 0));

const rowsOfLength = (steps: number, job: JobFigures, floor: LoopFigures): readonly Row[] => [
  [
    `overhead a step within the job of ${steps}: first, middle and last 50 steps (the bare loop)`,
    `${parts(job.overheads)} (${parts(floor.overheads)})`,
    "flat",
  ],
  [
    `bytes stored for the job of ${steps}, against its messages' bytes`,
    `${(job.storedBytes / job.messageBytes).toFixed(2)}× (${Math.round(job.storedBytes / 1024)} KB)`,
    "≤ 3×",
  ],
  [
    `peak resident memory of the job of ${steps} (the bare loop)`,
    `${Math.round(job.peakRssMb)} MB (${Math.round(floor.peakRssMb)} MB)`,
    steps > 200 ? "≤ 150 MB" : "≤ 110 MB",
  ],
];

const parts = (overheads: readonly number[]): string => {
  const middle = Math.floor(overheads.length / 2);
  return [overheads.slice(0, 50), overheads.slice(middle - 25, middle + 25), overheads.slice(-50)]
    .map((part) => ms(median(part)))
    .join(", ");
};

const messageBytes = (journal: string): number =>
  journal
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).event)
    .reduce((sum, event) => {
      const message =
        event.parts ?? event.contents ?? (event.type === "runStarted" ? event.input : undefined);
      return message === undefined ? sum : sum + Buffer.byteLength(JSON.stringify(message));
    }, 0);
