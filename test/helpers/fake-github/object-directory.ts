import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import type { GitObjects } from "./git-objects.ts";

/** A bare repository on disk that holds the same objects, so that git itself can be asked for diffs. */
export type ObjectDirectory = Disposable & {
  readonly path: string;
  /** Writes the objects that are not there yet. */
  sync(): void;
};

export const objectDirectory = (objects: GitObjects): ObjectDirectory => {
  const path = mkdtempSync(join(tmpdir(), "fake-github-objects-"));
  for (const folder of ["objects", "refs"]) mkdirSync(join(path, folder));
  writeFileSync(join(path, "HEAD"), "ref: refs/heads/none\n");
  writeFileSync(join(path, "config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
  const written = new Set<string>();
  const sync = (): void => {
    for (const [sha, object] of objects) {
      if (written.has(sha)) continue;
      const folder = join(path, "objects", sha.slice(0, 2));
      mkdirSync(folder, { recursive: true });
      const header = Buffer.from(`${object.type} ${object.data.length}\0`);
      writeFileSync(
        join(folder, sha.slice(2)),
        deflateSync(Buffer.concat([header, object.data]), { level: 1 }),
      );
      written.add(sha);
    }
  };
  return { path, sync, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
};
