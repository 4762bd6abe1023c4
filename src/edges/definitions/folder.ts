import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { largestDefinition, noDefinition } from "../../definition/definition-size.ts";
import type { Definitions } from "../../run/github-ports.ts";
import { decodeUtf8 } from "./decode-utf8.ts";

/** Definitions as they lie in a folder: what the command line runs. Paths may be absolute. */
export const folderDefinitions = (folder: string): Definitions => ({
  origin: "file",
  async read(path) {
    const absolute = resolve(folder, path);
    const file = await open(absolute, constants.O_RDONLY | constants.O_NONBLOCK).catch(nothingWhenMissing);
    if (file === undefined) return undefined;
    await using _closed = file;
    const about = await file.stat();
    if (!about.isFile() || about.size > largestDefinition) throw noDefinition(absolute);
    return decodeUtf8(await file.readFile(), absolute);
  },
});

const nothingWhenMissing = (error: unknown): undefined => {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") return undefined;
  throw error;
};
