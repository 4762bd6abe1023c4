import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { GitObjects } from "./git-objects.ts";
import { type ObjectDirectory, objectDirectory } from "./object-directory.ts";

const run = promisify(execFile);

/** One changed file as git sees it, with GitHub's words for its status. */
export type FileDiff = {
  readonly path: string;
  readonly previousPath?: string;
  readonly status: "added" | "removed" | "modified" | "renamed" | "changed";
  /** The blob at the head; of a removed file, the blob that went. */
  readonly sha: string;
  readonly additions: number;
  readonly deletions: number;
  readonly binary: boolean;
  /** From the first `@@` on; empty when nothing but names or modes changed. */
  readonly patch: string;
  /** The whole section with its `diff --git` header. */
  readonly section: string;
};

export type Diffs = AsyncDisposable & {
  /** Both are ids of trees or commits. */
  between(objects: GitObjects, from: string, to: string): Promise<readonly FileDiff[]>;
};

const statusOf = (letter: string): FileDiff["status"] => {
  if (letter === "A") return "added";
  if (letter === "D") return "removed";
  if (letter === "R") return "renamed";
  return letter === "T" ? "changed" : "modified";
};

type RawEntry = {
  readonly letter: string;
  readonly from: string;
  readonly to: string;
  readonly paths: string[];
};

/** `:mode mode sha sha letter\0path\0[path\0]`, then numstat lines, as `-z --raw --numstat` prints them. */
const parseRaw = (output: string): { readonly entries: RawEntry[]; readonly counts: string[] } => {
  const fields = output.split("\0");
  const entries: RawEntry[] = [];
  const counts: string[] = [];
  for (let at = 0; at < fields.length - 1; ) {
    const field = fields[at] ?? "";
    if (field.startsWith(":")) {
      const [, , from = "", to = "", status = ""] = field.split(" ");
      const size = status.startsWith("R") ? 2 : 1;
      entries.push({ letter: status.slice(0, 1), from, to, paths: fields.slice(at + 1, at + 1 + size) });
      at += 1 + size;
    } else {
      counts.push(field);
      at += field.endsWith("\t") ? 3 : 1;
    }
  }
  return { entries, counts };
};

/** A type change (file to symlink) prints two sections, everything else one, in the order of the raw entries. */
const sectionsOf = (patchText: string, entries: readonly RawEntry[]): string[] => {
  const sections = patchText.split(/(?<![^\n])(?=diff --git )/).filter((text) => text !== "");
  let at = 0;
  return entries.map(({ letter }) => {
    const size = letter === "T" ? 2 : 1;
    at += size;
    return sections.slice(at - size, at).join("");
  });
};

const fileDiff = (entry: RawEntry, count: string, section: string): FileDiff => {
  const [additions = "0", deletions = "0"] = count.split("\t");
  const [first = "", second] = entry.paths;
  const hunks = section.search(/(?<![^\n])@@ /);
  return {
    path: second ?? first,
    ...(second === undefined ? {} : { previousPath: first }),
    status: statusOf(entry.letter),
    sha: entry.letter === "D" ? entry.from : entry.to,
    additions: Number(additions) || 0,
    deletions: Number(deletions) || 0,
    binary: additions === "-",
    patch: hunks < 0 ? "" : section.slice(hunks).replace(/\n$/, ""),
    section,
  };
};

const git = async (directory: string, args: readonly string[]): Promise<string> => {
  const { stdout } = await run("git", ["--git-dir", directory, ...args], {
    maxBuffer: 256 * 1024 ** 2,
    env: { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", LC_ALL: "C" },
  });
  return stdout;
};

/** Diffs made by git, each pair of trees once. */
export const startDiffs = (): Diffs => {
  const directories = new Map<GitObjects, ObjectDirectory>();
  const cache = new Map<string, Promise<readonly FileDiff[]>>();
  const compute = async (objects: GitObjects, from: string, to: string): Promise<readonly FileDiff[]> => {
    const directory = directories.get(objects) ?? objectDirectory(objects);
    directories.set(objects, directory);
    directory.sync();
    const base = ["diff-tree", "-r", "-M", "--full-index", from, to];
    const [raw, patch] = await Promise.all([
      git(directory.path, [...base, "-z", "--raw", "--numstat"]),
      git(directory.path, [...base, "-p"]),
    ]);
    const { entries, counts } = parseRaw(raw);
    const sections = sectionsOf(patch, entries);
    return entries.map((entry, index) => fileDiff(entry, counts[index] ?? "", sections[index] ?? ""));
  };
  return {
    between: (objects, from, to) => {
      const key = `${from}..${to}`;
      const known = cache.get(key) ?? compute(objects, from, to);
      cache.set(key, known);
      return known;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.allSettled(cache.values());
      for (const directory of directories.values()) directory[Symbol.dispose]();
    },
  };
};
