import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gitRepository } from "../src/edges/publishing/git-repository.ts";
import { gitRegistries } from "../src/edges/registry/git-registries.ts";
import type { Lockfile } from "../src/registry/lockfile.ts";
import { parsePublishTag, publishTagOf } from "../src/registry/publish-tag.ts";
import type { RegistryBook } from "../src/registry/registry-book.ts";
import { appendLine } from "../src/run/append-line.ts";
import { checkWholeIndex } from "../src/run/check-index.ts";
import { type Resolution, resolveRegistry } from "../src/run/registry/resolve-registry.ts";
import { type GitHttps, startGitHttps } from "../test/helpers/git-https.ts";
import { gitProgram } from "../test/helpers/git-registry.ts";
import { makeLargeRegistry, owner, repository } from "../test/helpers/large-registry.ts";
import { median, ms, type Row, ratio } from "./measurement.ts";

const rounds = 7;
const size = { experts: 5000, versions: 4, waiting: rounds } as const;

/** Reading from and writing to a large registry, by https on the loopback. */
export const measureRegistry = async (): Promise<readonly Row[]> => {
  using registry = makeLargeRegistry(size);
  await using https = await startGitHttps();
  const url = https.serve("bench/experts", registry.directory, { writable: true });
  using bench = makeBench(https, url);
  const read = await measureReading(bench, registry.names);
  return [...read, ...(await measureWriting(bench, registry.waiting))];
};

type Bench = Disposable & {
  readonly url: string;
  readonly folder: string;
  /** A git that writes down that it was started. */
  readonly git: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What it took: milliseconds, git processes of ours, requests, bytes of answers. */
  took<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly cost: Cost }>;
};

type Cost = Readonly<Record<"time" | "processes" | "requests" | "bytes", number>>;

const makeBench = (https: GitHttps, url: string): Bench => {
  const folder = mkdtempSync(join(tmpdir(), "bench-registry-work-"));
  const [git, log] = [join(folder, "git"), join(folder, "log")];
  writeFileSync(git, `#!/bin/sh\necho >>"${log}"\nexec "${gitProgram}" "$@"\n`);
  chmodSync(git, 0o755);
  const started = (): number => (existsSync(log) ? readFileSync(log).length : 0);
  return {
    ...{ url, folder, git },
    environment: { PATH: process.env.PATH ?? "", HOME: folder, GIT_SSL_CAINFO: https.ca },
    async took(work) {
      const [processes, requests, at] = [started(), https.requests.length, performance.now()];
      const result = await work();
      const time = performance.now() - at;
      const asked = https.requests.slice(requests);
      const bytes = asked.reduce((sum, request) => sum + request.bytes, 0);
      return { result, cost: { time, processes: started() - processes, requests: asked.length, bytes } };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
};

const measureReading = async (bench: Bench, names: readonly string[]): Promise<readonly Row[]> => {
  const costs = { one: [] as Cost[], many: [] as Cost[], warmOne: [] as Cost[], warmMany: [] as Cost[] };
  const locked: Cost[] = [];
  for (let round = -1; round < rounds; round++) {
    const at = Math.max(round, 0) * 21;
    const [one, many] = [names.slice(at, at + 1), names.slice(at + 1, at + 21)];
    const cold = mkdtempSync(join(bench.folder, "cache-"));
    const other = mkdtempSync(join(bench.folder, "cache-"));
    const first = await bench.took(() => resolve(bench, cold, one));
    const second = await bench.took(() => resolve(bench, other, many));
    // Registries that are here already, Experts that are not.
    const third = await bench.took(() => resolve(bench, other, one));
    const fourth = await bench.took(() => resolve(bench, cold, many));
    const fifth = await bench.took(() => resolve(bench, cold, many, lockOf(fourth.result)));
    // The first round warms the disk's cache and is not counted.
    if (round < 0) continue;
    costs.one.push(first.cost);
    costs.many.push(second.cost);
    costs.warmOne.push(third.cost);
    costs.warmMany.push(fourth.cost);
    locked.push(fifth.cost);
  }
  const times = (all: readonly Cost[]): readonly number[] => all.map(({ time }) => time);
  return [
    [
      `1 unlocked Expert of ${size.experts} (${size.experts * size.versions} versions), nothing here yet`,
      shown(costs.one),
      "",
    ],
    ["20 of them", shown(costs.many), "≤ 2 processes"],
    [`ratio of the two, median of ${rounds} pairs`, ratio(times(costs.many), times(costs.one)), "≤ 1.3×"],
    ["1 unlocked Expert, the registry here from before", shown(costs.warmOne), ""],
    ["20 of them", shown(costs.warmMany), "≤ 2 processes"],
    [
      `ratio of the two, median of ${rounds} pairs`,
      ratio(times(costs.warmMany), times(costs.warmOne)),
      "≤ 1.3×",
    ],
    ["20 Experts, locked and here", shown(locked), "0 processes, 0 requests"],
  ];
};

const book = (url: string): RegistryBook => ({
  placeOf: () => ({ type: "registry", address: { url, id: repository.repo } }),
});

const resolve = async (
  { url, git, environment }: Bench,
  cacheDirectory: string,
  requests: readonly string[],
  lockfile?: Lockfile,
): Promise<Resolution> => {
  await using registries = gitRegistries({ git, environment, cacheDirectory, userConfig: "neutral" });
  const wish = { requests, book: book(url), unlocked: "resolve" } as const;
  return await resolveRegistry(
    { ...wish, ...(lockfile === undefined ? {} : { lockfile }) },
    registries,
    new AbortController().signal,
  );
};

const lockOf = ({ experts, usage }: Resolution): Lockfile => ({
  ...{
    configPath: "perstack.toml",
    references: [],
    packages: new Map(),
    registries: usage.registries,
    indexes: usage.indexes,
  },
  experts: experts.map((found) => ({ ...found, toolDefinitions: [] })),
});

/** One version more, by the registry's own workflow's way, and a look at everything. */
const measureWriting = async (bench: Bench, waiting: readonly string[]): Promise<readonly Row[]> => {
  const directory = join(bench.folder, "checkout");
  const clone = ["clone", "--quiet", bench.url, directory];
  await promisify(execFile)(gitProgram, clone, { env: bench.environment });
  const { git, environment } = bench;
  const checkout = { directory, git, environment, signal: new AbortController().signal };
  const registry = gitRepository(checkout, bench.folder);
  const appended: Cost[] = [];
  for (const name of waiting) {
    const tag = parsePublishTag(publishTagOf(name, "1.0.0"));
    const request = { repository, people: [owner], wanted: { type: "publish", tag } } as const;
    const pause = async (): Promise<void> => undefined;
    const { cost } = await bench.took(() =>
      appendLine(registry, { request, at: "2026-11-27T00:00:00Z", pause }),
    );
    appended.push(cost);
  }
  const verified = [await bench.took(() => checkWholeIndex(registry, "main"))];
  for (let round = 0; round < 2; round++)
    verified.push(await bench.took(() => checkWholeIndex(registry, "main")));
  return [
    ["one version more, in a checkout", shown(appended), ""],
    ["every line and definition checked, in a checkout", shown(verified.map(({ cost }) => cost)), ""],
  ];
};

const shown = (costs: readonly Cost[]): string => {
  const of = (what: keyof Cost): number => median(costs.map((cost) => cost[what]));
  const [processes, requests] = [of("processes"), of("requests")];
  return `${ms(of("time"))}, ${processes} git processes, ${requests} requests, ${Math.round(of("bytes") / 1024)} KiB`;
};
