import { afterAll, beforeAll, expect, test } from "vitest";
import type { Lockfile } from "../../../src/registry/lockfile.ts";
import { type Resolution, resolveRegistry } from "../../../src/run/registry/resolve-registry.ts";
import { openRegistries } from "../../edges/registry/open-registries.ts";
import { type GitHttps, startGitHttps } from "../../helpers/git-https.ts";
import { makeRegistry } from "../../helpers/git-registry.ts";
import { type LargeRegistry, makeLargeRegistry, repository } from "../../helpers/large-registry.ts";

let registry: LargeRegistry;
let https: GitHttps;
let url: string;

beforeAll(async () => {
  registry = makeLargeRegistry({ experts: 300, versions: 4, waiting: 0 });
  https = await startGitHttps();
  url = https.serve("bench/experts", registry.directory);
});
afterAll(async () => {
  registry[Symbol.dispose]();
  await https[Symbol.asyncDispose]();
});

const open = () => openRegistries({ environment: { PATH: process.env.PATH, GIT_SSL_CAINFO: https.ca } });

const resolve = async (
  { registries, commands }: ReturnType<typeof open>,
  requests: readonly string[],
  lockfile?: Lockfile,
) => {
  const [before, asked] = [commands().length, https.requests.length];
  const address = { url, id: repository.repo };
  const resolution = await resolveRegistry(
    {
      ...{ requests, book: { placeOf: () => ({ type: "registry", address }) }, unlocked: "resolve" },
      ...(lockfile === undefined ? {} : { lockfile }),
    },
    registries,
    new AbortController().signal,
  );
  return {
    resolution,
    commands: commands().slice(before),
    requests: https.requests.slice(asked),
  };
};

const lockOf = ({ experts, usage }: Resolution): Lockfile => ({
  ...{ configPath: "perstack.toml", references: [], packages: new Map() },
  ...{ registries: usage.registries, indexes: usage.indexes },
  experts: experts.map((found) => ({ ...found, toolDefinitions: [] })),
});

const posts = (requests: readonly { readonly method: string }[]): number =>
  requests.filter(({ method }) => method === "POST").length;

test("twenty Experts that are not locked cost as many processes and requests as one, and locked ones none at all", async () => {
  const many = registry.names.slice(100, 120);
  await using alone = open();
  await using together = open();
  const one = await resolve(alone, registry.names.slice(0, 1));
  const twenty = await resolve(together, many);
  expect(twenty.resolution.experts.map(({ key }) => key)).toEqual(many.map((name) => `${name}@1.3.0`));
  // The registry's newest state; index files, and with them the definitions that they will name.
  expect(one.commands).toEqual(["fetch", "fetch"]);
  expect(twenty.commands).toEqual(one.commands);
  expect(posts(twenty.requests)).toBe(posts(one.requests));

  await using registries = together.another();
  const locked = await resolve({ ...together, registries }, many, lockOf(twenty.resolution));
  expect(locked.resolution.experts).toEqual(twenty.resolution.experts);
  expect([locked.commands, locked.requests]).toEqual([[], []]);
});

test("each level that Experts delegate to costs one process more, however many are on it", async () => {
  using nested = makeRegistry();
  const names = (level: number) => Array.from({ length: 5 }, (_, at) => `@acme/level${level}-${at}`);
  for (const level of [3, 2, 1]) {
    for (const name of names(level)) {
      const delegates = level === 3 ? [] : names(level + 1);
      const text = `[experts."${name}"]\nversion = "1.0.0"\ninstruction = "x"\ndelegates = ${JSON.stringify(delegates)}\n`;
      nested.publish({
        name,
        version: "1.0.0",
        definition: text,
        delegates: delegates.map((one) => [one, ""]),
      });
    }
  }
  const address = { url: https.serve("acme/nested", nested.directory), id: "registry.test/acme/experts" };
  await using opened = open();
  const resolution = await resolveRegistry(
    { requests: names(1), book: { placeOf: () => ({ type: "registry", address }) }, unlocked: "resolve" },
    opened.registries,
    new AbortController().signal,
  );
  expect(resolution.experts).toHaveLength(15);
  expect(opened.commands()).toEqual(["fetch", "fetch", "fetch", "fetch"]);
});
