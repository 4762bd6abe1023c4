import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { ExpertStackError } from "../../errors.ts";
import type { Definitions } from "../../run/github-ports.ts";

/** The most a manifest or an instruction file may hold, in bytes. */
const largest = 1_048_576;

/** Definitions as they lie in a folder: what the command line runs. Paths may be absolute. */
export const folderDefinitions = (folder: string): Definitions => ({
  origin: "file",
  async read(path) {
    const absolute = resolve(folder, path);
    const file = await open(absolute, constants.O_RDONLY | constants.O_NONBLOCK).catch(nothingWhenMissing);
    if (file === undefined) return undefined;
    await using _closed = file;
    const about = await file.stat();
    if (!about.isFile() || about.size > largest) throw notReadable(absolute);
    return await file.readFile("utf8");
  },
});

const nothingWhenMissing = (error: unknown): undefined => {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") return undefined;
  throw error;
};

const notReadable = (path: string): ExpertStackError =>
  new ExpertStackError({
    code: "MANIFEST_INVALID",
    message: `${path} is not a file of at most 1 MiB.`,
    remedy: "Name a text file.",
  });
