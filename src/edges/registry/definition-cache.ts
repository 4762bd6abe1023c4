import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../../registry/index-path.ts";
import type { Registries } from "../../run/registry-ports.ts";
import { readRegular } from "./regular-file.ts";

/** Bytes: more than any definition has. */
const largestKept = 2 ** 20;

/** Definitions in files named by the SHA-256 of their bytes: `definitions/<sha256>.toml`. */
export const definitionCache = (cacheDirectory: string): Pick<Registries, "kept" | "keep"> => {
  const folder = join(cacheDirectory, "definitions");
  return {
    async kept(digest) {
      if (!isDigest(digest)) return undefined;
      const file = join(folder, `${digest}.toml`);
      const content = await readRegular(file, largestKept).catch(() => undefined);
      if (content === undefined || sha256(content) === digest) return content;
      await rm(file, { force: true }).catch(() => undefined);
      return undefined;
    },
    async keep(digest, content) {
      if (!isDigest(digest)) return;
      const temporary = join(folder, `${digest}.${randomUUID()}.tmp`);
      // A cache that cannot be written makes the next job slower, nothing else.
      await mkdir(folder, { recursive: true, mode: 0o700 })
        .then(() => writeFile(temporary, content, { mode: 0o600 }))
        .then(() => rename(temporary, join(folder, `${digest}.toml`)))
        .catch(() => rm(temporary, { force: true }).catch(() => undefined));
    },
  };
};

const isDigest = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);
