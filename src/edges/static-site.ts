import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { ExpertStackError } from "../errors.ts";

/**
 * Puts files into a folder, in place of all that was written there before: whole or not at all.
 *
 * @param site.isOurs whether a path, with slashes, is one that such a folder may hold
 * @throws ExpertStackError INPUT_INVALID when the folder holds anything else, or STORE_FAILED
 */
export const writeSite = async (
  folder: string,
  site: {
    readonly files: ReadonlyMap<string, string | Uint8Array>;
    readonly isOurs: (path: string) => boolean;
  },
): Promise<void> => {
  const before = await pathsIn(folder);
  const other = before?.find((path) => !site.isOurs(path));
  if (other !== undefined) throw notOurs(folder, other);
  const [made, old] = [`${folder}.${randomUUID()}.tmp`, `${folder}.${randomUUID()}.old`];
  try {
    await writeAll(made, site.files);
    if (before !== undefined) await rename(folder, old);
    await rename(made, folder).catch(async (error: unknown) => {
      if (before !== undefined) await rename(old, folder);
      throw error;
    });
  } catch (cause) {
    throw notWritten(folder, cause);
  } finally {
    await Promise.all([made, old].map((path) => rm(path, { recursive: true, force: true })));
  }
};

/** Files and links below a folder; nothing where there is none. */
const pathsIn = async (folder: string): Promise<readonly string[] | undefined> => {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, "/"));
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw notWritten(folder, cause);
  }
};

/** Files that are written at once: more of them wait for the disk all the same. */
const atOnce = 64;

const writeAll = async (folder: string, files: ReadonlyMap<string, string | Uint8Array>): Promise<void> => {
  const folders = new Set([...files.keys()].map((path) => dirname(join(folder, path))));
  for (const path of folders) await mkdir(path, { recursive: true });
  const left = files.entries();
  const write = async (): Promise<void> => {
    for (const [path, content] of left) await writeFile(join(folder, path), content, { flag: "wx" });
  };
  await Promise.all(Array.from({ length: atOnce }, write));
};

const notOurs = (folder: string, path: string): ExpertStackError =>
  new ExpertStackError({
    code: "INPUT_INVALID",
    message: `${folder} holds ${path}, which is no file of a registry's API: it would be lost.`,
    remedy: "Name a folder of its own.",
  });

const notWritten = (folder: string, cause: unknown): ExpertStackError =>
  new ExpertStackError({
    code: "STORE_FAILED",
    message: `${folder} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
    remedy: "See that it is a folder, or none yet, and that what it lies in may be written.",
    cause,
  });
