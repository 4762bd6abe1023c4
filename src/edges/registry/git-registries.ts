import type { Registries } from "../../run/registry-ports.ts";
import { Clones } from "./clones.ts";
import { definitionCache } from "./definition-cache.ts";
import type { GitOptions } from "./git-options.ts";
import { openSnapshot } from "./registry-snapshot.ts";
import { sourceFile } from "./source-file.ts";
import { tagCommits } from "./tag-commits.ts";

/** Registries by git. Disposing of it ends every process, also those that a snapshot reads with. */
export const gitRegistries = (options: GitOptions): Registries & AsyncDisposable => {
  const clones = new Clones(options);
  return {
    ...definitionCache(options.cacheDirectory),
    open: (address, signal) => openSnapshot(clones, address, signal),
    source: (file, signal) => sourceFile(clones, file, signal),
    tags: (address, names, signal) => tagCommits(clones, { address, names }, signal),
    [Symbol.asyncDispose]: () => clones[Symbol.asyncDispose](),
  };
};
