import { randomUUID } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { storeDirectory } from "../../../src/edges/registry/object-store.ts";
import { indexPath, sha256 } from "../../../src/registry/index-path.ts";
import type { Registries } from "../../../src/run/registry-ports.ts";
import { makeRegistry, type ScratchRegistry } from "../../helpers/git-registry.ts";
import { livingIn } from "../../helpers/living-processes.ts";
import { addressOf, never, type OpenRegistries, openRegistries } from "./open-registries.ts";

describe("given a definition that is kept", () => {
  const content = Buffer.from("[experts.a]\r\n");
  const digest = sha256(content);
  const fileIn = ({ cacheDirectory }: OpenRegistries): string =>
    join(cacheDirectory, "definitions", `${digest}.toml`);

  test("another process has it, and nobody else of the machine", async () => {
    await using open = openRegistries();
    expect(await open.registries.kept(digest)).toBeUndefined();
    await open.registries.keep(digest, content);
    await using another = open.another();
    expect(await another.kept(digest)).toEqual(content);
    expect(statSync(fileIn(open)).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(open.cacheDirectory, "definitions"))).toEqual([`${digest}.toml`]);
    expect(open.commands()).toEqual([]);
  });

  test("one that was altered is as if it were not there, and is taken away", async () => {
    await using open = openRegistries();
    await open.registries.keep(digest, content);
    writeFileSync(fileIn(open), "[experts.b]\r\n");
    expect(await open.registries.kept(digest)).toBeUndefined();
    expect(existsSync(fileIn(open))).toBe(false);
  });

  test("what is no digest names no file", async () => {
    await using open = openRegistries();
    mkdirSync(join(open.cacheDirectory, "definitions"), { recursive: true });
    writeFileSync(join(open.cacheDirectory, "x.toml"), content);
    expect(await open.registries.kept("../x")).toBeUndefined();
    expect(existsSync(join(open.cacheDirectory, "x.toml"))).toBe(true);
    await open.registries.keep("../y", content);
    expect(existsSync(join(open.cacheDirectory, "y.toml"))).toBe(false);
  });

  test("a cache that cannot be written is no error", async () => {
    await using open = openRegistries();
    writeFileSync(open.cacheDirectory, "a file, not a folder");
    await open.registries.keep(digest, content);
    expect(await open.registries.kept(digest)).toBeUndefined();
  });
});

const path = indexPath("@acme/x");

const published = (): ScratchRegistry => {
  const registry = makeRegistry();
  registry.git("config", "uploadpack.allowFilter", "true");
  registry.publish({ name: "@acme/x", version: "1.0.0" });
  return registry;
};

const readBy = async (registries: Registries, registry: ScratchRegistry): Promise<string> => {
  const snapshot = await registries.open(addressOf(registry.url), never);
  return Buffer.from((await snapshot.read([path], never)).get(path) ?? []).toString("utf8");
};

const line = (registry: ScratchRegistry): string => readFileSync(join(registry.directory, path), "utf8");

describe("given a registry that was read before", () => {
  test("another process fetches nothing that is here, and takes what is new", async () => {
    using registry = published();
    await using open = openRegistries();
    await readBy(open.registries, registry);
    await using another = open.another();
    const before = open.commands().length;
    expect(await readBy(another, registry)).toBe(line(registry));
    expect(open.commands().slice(before)).toEqual(["fetch"]);
    registry.publish({ name: "@acme/x", version: "1.1.0" });
    await using third = open.another();
    expect(await readBy(third, registry)).toBe(line(registry));
  });

  test("an unchanged registry leaves nothing more behind", async () => {
    using registry = published();
    await using open = openRegistries();
    const packs = async (): Promise<number> => {
      await using another = open.another();
      await readBy(another, registry);
      return readdirSync(join(storeDirectory(open.cacheDirectory, registry.url), "objects", "pack")).length;
    };
    await packs();
    const second = await packs();
    expect(await packs()).toBe(second);
  });

  test("an index that was rewritten is read as it is now, while what was opened before stays", async () => {
    using registry = published();
    await using open = openRegistries();
    const address = addressOf(registry.url);
    const old = await open.registries.open(address, never);
    const first = line(registry);
    registry.git("reset", "--quiet", "--hard", "HEAD~1");
    registry.commit({ [path]: "rewritten\n" });
    expect(await readBy(open.registries, registry)).toBe("rewritten\n");
    expect(`${Buffer.from((await old.read([path], never)).get(path) ?? [])}`).toBe(first);
  });

  test("one that vanishes in the middle is fetched anew at the commit that was opened", async () => {
    using registry = published();
    await using open = openRegistries();
    const first = line(registry);
    const snapshot = await open.registries.open(addressOf(registry.url), never);
    registry.publish({ name: "@acme/x", version: "1.1.0" });
    rmSync(storeDirectory(open.cacheDirectory, registry.url), { recursive: true });
    expect(`${Buffer.from((await snapshot.read([path], never)).get(path) ?? [])}`).toBe(first);
  });

  test("of a change only what is new is sent", async () => {
    using registry = published();
    registry.publishAll(
      Array.from({ length: 60 }, (_, index) => ({ name: `@acme/x${index}`, version: "1.0.0" })),
    );
    await using open = openRegistries();
    await open.registries.open(addressOf(registry.url), never);
    const store = storeDirectory(open.cacheDirectory, registry.url);
    const [whole = ""] = packsOf(store);
    registry.commit({ [path]: "changed\n" });
    await using another = open.another();
    await another.open(addressOf(registry.url), never);
    const [change = ""] = packsOf(store).filter((pack) => pack !== whole);
    expect(statSync(change).size).toBeLessThan(statSync(whole).size / 3);
  });

  test.each<[string, (store: string) => void]>([
    ["a pack without its end", (store) => each(store, (pack) => truncateSync(pack, 20))],
    ["a pack of other bytes", (store) => each(store, scribble)],
    ["no packs", (store) => each(store, (pack) => rmSync(pack))],
    ["no objects", (store) => rmSync(join(store, "objects"), { recursive: true })],
    ["a file in its place", (store) => overwriteFolder(store)],
    ["no store.json", (store) => rmSync(join(store, "store.json"))],
    ["another store.json", (store) => writeFileSync(join(store, "store.json"), "{}")],
    ["known.json naming nothing that is here", (store) => rememberNothing(store)],
  ])("of which is left %s: it is fetched anew", async (_, damage) => {
    using registry = published();
    await using open = openRegistries();
    await readBy(open.registries, registry);
    damage(storeDirectory(open.cacheDirectory, registry.url));
    await using another = open.another();
    expect(await readBy(another, registry)).toBe(line(registry));
    // Another one of this process goes on with what was made anew.
    expect(await readBy(open.registries, registry)).toBe(line(registry));
  });
});

test("given an object of other bytes under the id of a file, then it is fetched anew", async () => {
  using registry = published();
  await using open = openRegistries();
  await open.registries.open(addressOf(registry.url), never);
  const id = registry.git("rev-parse", `HEAD:${path}`);
  const folder = join(storeDirectory(open.cacheDirectory, registry.url), "objects", id.slice(0, 2));
  const forged = line(registry).replace("gh:1", "gh:2");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, id.slice(2)), deflateSync(`blob ${forged.length}\0${forged}`));
  await using another = open.another();
  expect(await readBy(another, registry)).toBe(line(registry));
});

test("given several jobs on a cache that is damaged all the while, then each gets what it asks for", async () => {
  using registry = published();
  await using open = openRegistries();
  await readBy(open.registries, registry);
  const store = storeDirectory(open.cacheDirectory, registry.url);
  const job = async (): Promise<string> => {
    await using registries = open.another();
    return await readBy(registries, registry);
  };
  for (let round = 0; round < 4; round++) {
    each(store, (pack) => truncateSync(pack, 20));
    writeFileSync(join(store, "objects", "pack", "pack-junk.idx"), "junk");
    expect(await Promise.all([job(), job(), job(), job()])).toEqual(Array(4).fill(line(registry)));
  }
});

test("given a person's git that writes indexes of another version, then what it fetches is read", async () => {
  using registry = published();
  await using open = openRegistries();
  const config = join(registry.directory, ".git", "person");
  writeFileSync(config, "[pack]\n\tindexVersion = 1\n");
  const environment = { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: config };
  await using personal = open.another({ environment, userConfig: "kept" });
  expect(await readBy(personal, registry)).toBe(line(registry));
});

test("given definitions that a killed process had not put into their place, then they are tidied up a day later", async () => {
  using registry = published();
  await using open = openRegistries();
  const folder = join(open.cacheDirectory, "definitions");
  mkdirSync(folder, { recursive: true });
  const left = ["old", "new"].map((age) => ({ age, file: join(folder, `${age}.${randomUUID()}.tmp`) }));
  for (const { file, age } of left) {
    writeFileSync(file, "x");
    const time = new Date(Date.now() - (age === "old" ? 2 : 0) * 86_400_000);
    utimesSync(file, time, time);
  }
  await using another = open.another();
  await readBy(another, registry);
  await another[Symbol.asyncDispose]();
  expect(left.filter(({ file }) => existsSync(file)).map(({ age }) => age)).toEqual(["new"]);
});

test("given hundreds of packs, then a new start is made instead of a slow one", async () => {
  using registry = published();
  await using open = openRegistries();
  await readBy(open.registries, registry);
  const store = storeDirectory(open.cacheDirectory, registry.url);
  addPacks(store);
  await using another = open.another();
  expect(await readBy(another, registry)).toBe(line(registry));
  expect(packsOf(store).length).toBeLessThan(5);
});

test("given two processes that read at once for the first time, then both get it", async () => {
  using registry = published();
  await using open = openRegistries();
  await using second = open.another();
  await using third = open.another();
  const all = [open.registries, second, third, second];
  const read = await Promise.all(all.map((registries) => readBy(registries, registry)));
  expect(read).toEqual(all.map(() => line(registry)));
});

test("given a cache that cannot be made, then the error names it", async () => {
  using registry = published();
  await using open = openRegistries();
  writeFileSync(open.cacheDirectory, "a file, not a folder");
  await expect(readBy(open.registries, registry)).rejects.toMatchObject({
    code: "STORE_FAILED",
    message: expect.stringContaining(open.cacheDirectory),
  });
});

const openFiles = ({ cacheDirectory }: OpenRegistries): readonly string[] =>
  readdirSync("/proc/self/fd")
    .map((name) => readlinkOf(join("/proc/self/fd", name)))
    .filter((path) => path.startsWith(cacheDirectory));

/** The one that lists them has ended by now. */
const readlinkOf = (path: string): string => {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
};

test("given disposal, then no process, no open file and no folder of this process is left", async () => {
  using registry = published();
  await using open = openRegistries();
  await readBy(open.registries, registry);
  expect([livingIn(open.cacheDirectory), openFiles(open).length > 0]).toEqual([[], true]);
  await open.registries[Symbol.asyncDispose]();
  expect(openFiles(open)).toEqual([]);
  expect(readdirSync(join(open.cacheDirectory, "registries", "views"))).toEqual([]);
});

test("given what another process left a day ago, then it goes, and what is in use stays", async () => {
  using registry = published();
  await using open = openRegistries();
  await readBy(open.registries, registry);
  const folder = join(open.cacheDirectory, "registries");
  const id = "0f8fad5b-d9cb-469f-a165-70867728950e";
  const left = [join("views", id), `${"a".repeat(64)}.${id}.tmp`, `${"a".repeat(64)}.${id}.old`];
  for (const name of left) {
    mkdirSync(join(folder, name));
    utimesSync(join(folder, name), 1_000, 1_000);
  }
  const store = storeDirectory(open.cacheDirectory, registry.url);
  utimesSync(store, 1_000, 1_000);
  await using another = open.another();
  expect(await readBy(another, registry)).toBe(line(registry));
  await another[Symbol.asyncDispose]();
  expect(left.filter((name) => existsSync(join(folder, name)))).toEqual([]);
  expect([existsSync(store), readdirSync(join(folder, "views")).length]).toEqual([true, 1]);
});

const overwriteFolder = (store: string): void => {
  rmSync(store, { recursive: true });
  writeFileSync(store, "x");
};

const packsOf = (store: string): readonly string[] => {
  const folder = join(store, "objects", "pack");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".pack"))
    .map((name) => join(folder, name));
};

const each = (store: string, damage: (pack: string) => void): void => {
  for (const pack of packsOf(store)) damage(pack);
};

const scribble = (pack: string): void => {
  const bytes = readFileSync(pack);
  chmodSync(pack, 0o600);
  writeFileSync(pack, bytes.fill(7, 12, bytes.length - 20));
};

const addPacks = (store: string): void => {
  for (let index = 0; index < 201; index += 1) {
    writeFileSync(join(store, "objects", "pack", `pack-${`${index}`.padStart(40, "0")}.pack`), "");
  }
};

const rememberNothing = (store: string): void =>
  writeFileSync(join(store, "known.json"), JSON.stringify({ v: 1, commits: ["12".repeat(20)] }));
