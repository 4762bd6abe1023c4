import { median, ms, type Row } from "./measurement.ts";
import { bare, type Ended, runWell, tool } from "./program.ts";
import { startProvider, text } from "./provider.ts";
import { makeWorkspace } from "./workspace.ts";

const rounds = 7;
const deltas = 5_000;

/** An answer in 5,000 pieces: from its request to the process's end, beside a bare program that reads the same. */
export const measureDeltas = async (): Promise<readonly Row[]> => {
  const ours: Figures[] = [];
  const floor: Figures[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await stream(() => [tool, "run", "bench", "go", "--json"]));
    floor.push(await stream((url) => [bare("bare-stream"), url]));
  }
  return [
    [
      `an answer of ${deltas} pieces, from its request to the end (a bare Node loop)`,
      inBoth("ms", ours, floor),
      "",
    ],
    [`peak resident memory of that (a bare Node loop)`, inBoth("MB", ours, floor), ""],
  ];
};

type Figures = { readonly tookMs: number } & Pick<Ended, "peakRssMb">;

const stream = async (args: (url: string) => readonly string[]): Promise<Figures> => {
  using workspace = makeWorkspace();
  const events = text(Array.from({ length: deltas }, (_, index) => `word ${index} `));
  await using provider = await startProvider(() => ({ events }));
  const { peakRssMb } = await runWell(args(provider.url), { cwd: workspace.path, url: provider.url });
  return { tookMs: performance.now() - (provider.exchanges[0]?.arrivedAt ?? 0), peakRssMb };
};

const inBoth = (unit: "ms" | "MB", ours: readonly Figures[], floor: readonly Figures[]): string => {
  const of = (figures: readonly Figures[]): string =>
    unit === "ms"
      ? ms(median(figures.map(({ tookMs }) => tookMs)))
      : `${Math.round(median(figures.map(({ peakRssMb }) => peakRssMb)))} MB`;
  return `${of(ours)} (${of(floor)})`;
};
