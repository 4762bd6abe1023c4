import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { sha256 } from "../../registry/index-path.ts";
import { readRegular } from "./regular-file.ts";
import type { ObjectFormat } from "./unusable-clone.ts";

/**
 * Where one repository's objects are kept between jobs. Any number of processes use it at once, since objects are only
 * ever added, each file by a rename, and whatever else git writes is in a folder of one process.
 */
export type ObjectStore = {
  readonly directory: string;
  readonly id: string;
  readonly format: ObjectFormat;
  /** Commits that are here with all their trees. */
  readonly known: readonly string[];
};

export const storeDirectory = (cacheDirectory: string, url: string): string =>
  join(cacheDirectory, "registries", sha256(url));

const StoreFile = z.object({
  v: z.literal(1),
  /** Of this store among those that come to be in its place. */
  id: z.string(),
  url: z.string(),
  format: z.enum(["sha1", "sha256"]),
});
const KnownFile = z.object({
  v: z.literal(1),
  commits: z.array(z.string().check(z.regex(/^[0-9a-f]{40,64}$/))),
});

/** The store of the URL's repository, made where there is none. */
export const openStore = async (
  cacheDirectory: string,
  url: string,
  format: ObjectFormat = "sha1",
): Promise<ObjectStore> => {
  const directory = storeDirectory(cacheDirectory, url);
  for (let attempts = 1; ; attempts += 1) {
    const found = await readStore(directory);
    if (found !== undefined) return found;
    // Half of one, without store.json, is nobody's: a store comes into its place whole.
    if (attempts > 1) await discardStore(directory);
    const id = randomUUID();
    const made = `${directory}.${id}.tmp`;
    await mkdir(join(made, "objects", "pack"), { recursive: true, mode: 0o700 });
    await writeFile(join(made, "store.json"), `${JSON.stringify({ v: 1, id, url, format })}\n`);
    try {
      await rename(made, directory);
    } catch (error) {
      await rm(made, { recursive: true, force: true });
      // Another process was quicker.
      if (attempts === mostAttempts || !isTaken(error)) throw error;
    }
  }
};

const mostAttempts = 10;

/** More packs than this make git slow, and nobody packs them into one while others read. */
const mostPacks = 200;

/** @returns nothing where there is none that is of use */
export const readStore = async (directory: string): Promise<ObjectStore | undefined> => {
  const file = StoreFile.safeParse(await readJson(join(directory, "store.json")));
  if (!file.success) return undefined;
  const packs = await readdir(join(directory, "objects", "pack")).catch(() => []);
  if (packs.filter((name) => name.endsWith(".pack")).length > mostPacks) return undefined;
  const known = KnownFile.safeParse(await readJson(join(directory, "known.json")));
  const { id, format } = file.data;
  return { directory, id, format, known: known.success ? known.data.commits : [] };
};

/** Remembers commits that a next fetch need not bring again. What cannot be written is not remembered. */
export const rememberCommits = async (directory: string, commits: readonly string[]): Promise<void> => {
  const file = join(directory, "known.json");
  const temporary = `${file}.${randomUUID()}.tmp`;
  await writeFile(temporary, `${JSON.stringify({ v: 1, commits })}\n`)
    .then(() => rename(temporary, file))
    .catch(() => rm(temporary, { force: true }));
};

/**
 * Takes a store away at once, whoever else may be reading from it.
 *
 * @param id of the one that is meant: another one in its place was made anew by somebody since
 */
export const discardStore = async (directory: string, id?: string): Promise<void> => {
  if (id !== undefined && ((await readStore(directory))?.id ?? id) !== id) return;
  const old = `${directory}.${randomUUID()}.old`;
  // Another process was quicker, or it never was there.
  await rename(directory, old).catch(() => undefined);
  await rm(old, { recursive: true, force: true });
};

/** Bytes of `store.json` and `known.json`. */
const largestNote = 65_536;

const readJson = async (file: string): Promise<unknown> => {
  try {
    return JSON.parse((await readRegular(file, largestNote)).toString("utf8"));
  } catch {
    return undefined;
  }
};

const isTaken = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  ["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(String(error.code));
