import { execFileSync } from "node:child_process";
import { join } from "node:path";

type Side = "LEFT" | "RIGHT";

/** The lines of one side that a hunk shows: from 1, `count` of them. */
type Range = { readonly first: number; readonly count: number };

/** A file that differs between two commits, as `git diff -U3` shows it. */
export type ChangedFile = {
  readonly path: string;
  readonly hunks: readonly Readonly<Record<Side, Range>>[];
  /** What the file holds on a side, from its first line. */
  readonly lines: Readonly<Record<Side, readonly string[]>>;
  /** What GitHub's API calls its patch. */
  readonly patch: string;
};

const runBytes = (directory: string, args: readonly string[], input?: string): Buffer =>
  execFileSync("git", args, {
    cwd: directory,
    maxBuffer: 256 * 1024 ** 2,
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", LC_ALL: "C" },
    ...(input === undefined ? {} : { input }),
  });

const run = (directory: string, args: readonly string[]): string =>
  runBytes(directory, args).toString("utf8");

/**
 * What `git diff -U3` shows of two commits, read apart from the code that it judges: only the headers of hunks are read
 * of the diff, and what the lines hold comes from the files. Files without a text diff are left out.
 */
export const changedFiles = (directory: string, base: string, head: string): readonly ChangedFile[] => {
  const options = ["-M", "--full-index", "--abbrev=40", "--no-color"];
  const text = run(directory, ["diff", "-U3", ...options, base, head]);
  const sections = new Map(
    text.split(/^(?=diff --git )/m).map((section) => [/^index (\S+)/m.exec(section)?.[1] ?? "", section]),
  );
  const entries = rawEntries(run(directory, ["diff", "--raw", "-z", ...options, base, head]));
  const shown = entries.flatMap((entry) => {
    const section = sections.get(`${entry.LEFT}..${entry.RIGHT}`) ?? "";
    const hunks = hunksOf(section);
    return hunks.length === 0 ? [] : [{ ...entry, hunks, section }];
  });
  const contents = blobs(directory, [...new Set(shown.flatMap(({ LEFT, RIGHT }) => [LEFT, RIGHT]))]);
  return shown.map(({ path, hunks, section, LEFT, RIGHT }) => ({
    path,
    hunks,
    lines: { LEFT: contents.get(LEFT) ?? [], RIGHT: contents.get(RIGHT) ?? [] },
    patch: section.slice(section.search(/^@@ /m)).replace(/\n$/, ""),
  }));
};

const hunksOf = (section: string): ChangedFile["hunks"] =>
  [...section.matchAll(/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm)].map(
    ([, left, leftCount = "1", right, rightCount = "1"]) => ({
      LEFT: { first: Number(left), count: Number(leftCount) },
      RIGHT: { first: Number(right), count: Number(rightCount) },
    }),
  );

type RawEntry = { readonly path: string; readonly LEFT: string; readonly RIGHT: string };

/** `:mode mode blob blob status\0path\0`, with a second path for what was moved. */
const rawEntries = (output: string): readonly RawEntry[] => {
  const fields = output.split("\0");
  const entries: RawEntry[] = [];
  for (let at = 0; at < fields.length - 1; ) {
    const [, , LEFT = "", RIGHT = "", status = ""] = (fields[at] ?? "").split(" ");
    const size = /^[RC]/.test(status) ? 2 : 1;
    entries.push({ path: fields[at + size] ?? "", LEFT, RIGHT });
    at += size + 1;
  }
  return entries;
};

/** The lines of blobs by their ids; one that is not there, as of a file that was added, is left out. */
const blobs = (directory: string, ids: readonly string[]): ReadonlyMap<string, readonly string[]> => {
  const output = runBytes(directory, ["cat-file", "--batch"], `${ids.join("\n")}\n`);
  const found = new Map<string, readonly string[]>();
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf("\n", at);
    const [id = "", type, size = "0"] = output.toString("utf8", at, end).split(" ");
    at = end + 1;
    if (type === "missing") continue;
    found.set(id, output.toString("utf8", at, at + Number(size)).split("\n"));
    at += Number(size) + 1;
  }
  return found;
};

/** Whether one hunk shows all the lines from one to another. */
export const isShown = (file: ChangedFile | undefined, side: Side, first: number, last: number): boolean =>
  file?.hunks.some((hunk) => {
    const range = hunk[side];
    return first >= range.first && last < range.first + range.count;
  }) ?? false;

const root = join(import.meta.dirname, "..", "..");

/** The oldest commits, so that a test replays the same ones however long the history grows. */
const looked = 220;

/**
 * This project's own commits, the oldest first, and where they are. A shallow clone is made a whole one.
 *
 * @throws Error that says what is missing where that cannot be done
 */
export const ownHistory = (): { readonly directory: string; readonly commits: readonly string[] } => {
  try {
    if (run(root, ["rev-parse", "--is-shallow-repository"]).trim() === "true")
      run(root, ["fetch", "--quiet", "--unshallow"]);
    const commits = run(root, ["rev-list", "--first-parent", "--reverse", "HEAD"]).trim().split("\n");
    if (commits.length < looked) throw new Error(`there are ${commits.length} commits`);
    return { directory: root, commits: commits.slice(0, looked) };
  } catch (cause) {
    throw new Error("this test replays the project's own history, which needs a whole clone of it", {
      cause,
    });
  }
};
