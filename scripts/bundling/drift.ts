import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

type Entry = { readonly mode: string; readonly object: string };

/** How a fresh build differs from what git tracks. */
export type Drift = { readonly file: string; readonly reason: "missing" | "stale" | "left over" | "mode" };

/** Compares a folder on disk with a tracked folder of the index, name by name and byte by byte. */
export const drift = (options: {
  readonly root: string;
  readonly tracked: string;
  readonly built: string;
}): readonly Drift[] => {
  const want = builtFiles(options.root, options.built);
  const have = trackedFiles(options.root, options.tracked);
  const names = [...new Set([...want.keys(), ...have.keys()])].sort();
  return names.flatMap((name) => {
    const reason = compare(want.get(name), have.get(name));
    return reason === undefined ? [] : [{ file: `${options.tracked}/${name}`, reason }];
  });
};

const compare = (want: Entry | undefined, have: Entry | undefined): Drift["reason"] | undefined => {
  if (have === undefined) return "missing";
  if (want === undefined) return "left over";
  if (want.object !== have.object) return "stale";
  return want.mode === have.mode ? undefined : "mode";
};

const git = (root: string, args: readonly string[], input = ""): readonly string[] =>
  execFileSync("git", args, { cwd: root, input, encoding: "utf8", maxBuffer: 2 ** 26 })
    .split("\n")
    .filter((line) => line !== "");

const trackedFiles = (root: string, folder: string): ReadonlyMap<string, Entry> => {
  const lines = git(root, ["-c", "core.quotePath=false", "ls-files", "--stage", "--", `${folder}/`]);
  return new Map(
    lines.map((line) => {
      const [mode = "", object = ""] = line.split(" ");
      return [line.slice(line.indexOf("\t") + folder.length + 2), { mode, object }];
    }),
  );
};

const builtFiles = (root: string, folder: string): ReadonlyMap<string, Entry> => {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  const paths = names.map((name) => join(folder, name));
  const objects = git(root, ["hash-object", "--no-filters", "--stdin-paths"], `${paths.join("\n")}\n`);
  return new Map(
    names.map((name, index) => [name, { mode: modeOf(join(folder, name)), object: objects[index] ?? "" }]),
  );
};

const modeOf = (path: string): string => ((statSync(path).mode & 0o100) === 0 ? "100644" : "100755");
