import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gitRegistries } from "../../src/edges/registry/git-registries.ts";
import type { PublishLine } from "../../src/registry/index-line.ts";
import type { LockedExpert, Lockfile } from "../../src/registry/lockfile.ts";
import type { Pin } from "../../src/registry/pin.ts";
import type { RegistryBook } from "../../src/registry/registry-book.ts";
import {
  type RegistryWish,
  type Resolution,
  resolveRegistry,
} from "../../src/run/registry/resolve-registry.ts";
import { gitProgram, makeRegistry, type Published, type ScratchRegistry } from "./git-registry.ts";

/** Two registries by `file://`, `@corp` in the one and every other scope in the other, and a cache of one's own. */
export type ResolutionWorld = Disposable & {
  readonly acme: ScratchRegistry;
  readonly corp: ScratchRegistry;
  readonly cache: string;
  readonly book: RegistryBook;
  publish(registry: ScratchRegistry, key: string, more?: Publishing): Published;
  /** By git, each on the cache. */
  registries(): ReturnType<typeof gitRegistries>;
  resolve(requests: readonly string[], wish?: Partial<RegistryWish>): Promise<Resolution>;
  /** As on a machine that has run nothing yet. */
  forget(): void;
};

type Publishing = {
  readonly delegates?: readonly string[];
  readonly definition?: string;
  readonly line?: Partial<PublishLine>;
};

export const startResolutionWorld = (): ResolutionWorld => {
  const [acme, corp] = [makeRegistry(), makeRegistry()];
  const cache = mkdtempSync(join(tmpdir(), "registry-cache-"));
  const addresses = {
    acme: { url: acme.url, id: "registry.test/acme/experts" },
    corp: { url: corp.url, id: "registry.test/corp/experts" },
  };
  const book: RegistryBook = {
    placeOf: ({ scope }) => ({
      type: "registry",
      address: scope === "@corp" ? addresses.corp : addresses.acme,
    }),
  };
  const registries = () =>
    gitRegistries({
      ...{ git: gitProgram, environment: { PATH: process.env.PATH }, cacheDirectory: cache },
      ...{ userConfig: "neutral", protocols: "file:https", retryDelays: [] },
    });
  const forget = (): void => rmSync(cache, { recursive: true, force: true });
  return {
    ...{ acme, corp, cache, book, forget },
    publish: (registry, key, more = {}) => registry.publish(publicationOf(key, more)),
    registries,
    resolve: async (requests, wish = {}) => {
      await using own = registries();
      return await resolveRegistry(
        { requests, book, unlocked: "resolve", ...wish },
        own,
        new AbortController().signal,
      );
    },
    [Symbol.dispose]: () => {
      for (const registry of [acme, corp]) registry[Symbol.dispose]();
      forget();
    },
  };
};

const publicationOf = (key: string, { delegates = [], definition, line = {} }: Publishing) => {
  const [name, version] = partsOf(key);
  const text = `[experts."${name}"]\nversion = "${version}"\ninstruction = "I am ${key}."\ndelegates = ${JSON.stringify(delegates)}\n`;
  return { name, version, definition: definition ?? text, delegates: delegates.map(partsOf), line };
};

const partsOf = (key: string): [string, string] => {
  const at = key.indexOf("@", 1);
  return at === -1 ? [key, ""] : [key.slice(0, at), key.slice(at + 1)];
};

/** As `expert-stack lock` would write it. */
export const lockOf = ({ experts, usage }: Resolution): Lockfile => ({
  configPath: "perstack.toml",
  references: [],
  packages: new Map(),
  experts: experts.map((found): LockedExpert => ({ ...found, toolDefinitions: [] })),
  ...{ registries: usage.registries, indexes: usage.indexes },
});

/** The lock with what its only Expert is said to be changed. */
export const repinned = (lockfile: Lockfile, pin: Partial<Pin>, version?: string): Lockfile => ({
  ...lockfile,
  experts: lockfile.experts.map((locked) => {
    if (locked.pin === undefined) return locked;
    const expert = version === undefined ? locked.expert : { ...locked.expert, version };
    const key = `${locked.key.slice(0, locked.key.indexOf("@", 1))}@${expert.version}`;
    return { ...locked, key, expert, pin: { ...locked.pin, ...pin } };
  }),
});

/** The lock with one request answered by whatever Expert of it has this key. */
export const forged = (lockfile: Lockfile, request: string, key: string): Lockfile => ({
  ...lockfile,
  experts: lockfile.experts.map((locked) => {
    if (locked.pin === undefined) return locked;
    const others = locked.pin.requests.filter((text) => text !== request);
    const requests = locked.key === key ? [...others, request] : others;
    return { ...locked, pin: { ...locked.pin, requests } };
  }),
});
