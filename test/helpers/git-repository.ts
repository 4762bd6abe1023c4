import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { GitObjects } from "./fake-github/git-objects.ts";
import { moveBranch } from "./fake-github/populate-repository.ts";
import type { Repository, World } from "./fake-github/world.ts";

/** What to write: text, bytes, an executable or a symlink; `null` takes a file away. */
export type WorkFile =
  | string
  | Uint8Array
  | null
  | { readonly executable: string }
  | { readonly linkTo: string };

export type WorkFiles = Readonly<Record<string, WorkFile>>;

/** A real git repository in a temporary folder, which disposing removes. */
export type GitRepository = Disposable & {
  readonly directory: string;
  /** The branch that was made first. */
  readonly branch: string;
  /** The id of what is checked out. */
  head(): string;
  /** Writes the files, commits everything on the current branch and returns the commit's id. */
  commit(files: WorkFiles, message?: string): string;
  /** Checks a branch out, making it first where it is not there. */
  checkout(branch: string, from?: string): void;
  /** Runs git in the repository and returns what it printed, without the last newline. */
  git(...args: readonly string[]): string;
  /** Gives the fake repository the same objects, branches and tags, so that checkout and API agree. */
  mirrorTo(world: World, repository: Repository): void;
};

const identity = {
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.com",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.com",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
} as const;

const runGit = (directory: string, args: readonly string[], input?: string): Buffer =>
  execFileSync("git", args, {
    cwd: directory,
    env: { PATH: process.env.PATH, ...identity },
    maxBuffer: 512 * 1024 ** 2,
    ...(input === undefined ? {} : { input }),
  });

const writeFile = (directory: string, path: string, file: WorkFile): void => {
  const target = join(directory, path);
  rmSync(target, { recursive: true, force: true });
  if (file === null) return;
  mkdirSync(dirname(target), { recursive: true });
  if (typeof file === "string" || file instanceof Uint8Array) writeFileSync(target, file);
  else if ("linkTo" in file) symlinkSync(file.linkTo, target);
  else {
    writeFileSync(target, file.executable);
    chmodSync(target, 0o755);
  }
};

const objectTypes: Readonly<Record<string, "blob" | "tree" | "commit" | "tag">> = {
  blob: "blob",
  tree: "tree",
  commit: "commit",
  tag: "tag",
};

/** `<sha> <type> <size>\n<bytes>\n`, again and again, as `git cat-file --batch` prints it. */
const parseBatch = (output: Buffer, objects: GitObjects): void => {
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf("\n", at);
    const [sha = "", kind = "", size = "0"] = output.toString("latin1", at, end).split(" ");
    const type = objectTypes[kind];
    if (type === undefined) throw new Error(`git has no object ${sha}`);
    const data = Buffer.from(output.subarray(end + 1, end + 1 + Number(size)));
    objects.set(sha, { type, data });
    at = end + 2 + Number(size);
  }
};

const mirror = (directory: string, world: World, repository: Repository): void => {
  const text = (...args: readonly string[]) => runGit(directory, args).toString("utf8").trimEnd();
  const known = text("rev-list", "--all", "--objects", "--no-object-names").split("\n");
  const refs = text("for-each-ref", "--format=%(objectname) %(refname)").split("\n");
  const missing = [...new Set([...known, ...refs.map((line) => line.slice(0, 40))])].filter(
    (sha) => sha !== "" && !repository.objects.has(sha),
  );
  if (missing.length > 0) {
    parseBatch(runGit(directory, ["cat-file", "--batch"], `${missing.join("\n")}\n`), repository.objects);
  }
  for (const line of refs) {
    const sha = line.slice(0, 40);
    const name = line.slice(41);
    if (name.startsWith("refs/heads/")) moveBranch(world, repository, name.slice("refs/heads/".length), sha);
    if (name.startsWith("refs/tags/")) repository.tags.set(name.slice("refs/tags/".length), sha);
  }
};

/** A repository with one commit of these files on `main`, or on the branch named. */
export const makeRepository = (options: {
  readonly files: WorkFiles;
  readonly branch?: string;
}): GitRepository => {
  const directory = mkdtempSync(join(tmpdir(), "expert-stack-repository-"));
  const branch = options.branch ?? "main";
  const git = (...args: readonly string[]): string =>
    runGit(directory, args).toString("utf8").replace(/\n$/, "");
  const head = (): string => git("rev-parse", "HEAD");
  const commit = (files: WorkFiles, message = "Change files"): string => {
    for (const [path, file] of Object.entries(files)) writeFile(directory, path, file);
    git("add", "--all", "--force");
    git("commit", "--quiet", "--allow-empty", "--message", message);
    return head();
  };
  git("init", "--quiet", "--initial-branch", branch);
  commit(options.files, "Start");
  return {
    directory,
    branch,
    head,
    commit,
    checkout: (name, from) => {
      const exists = git("branch", "--list", name) !== "";
      git("checkout", "--quiet", ...(exists ? [name] : ["-b", name, ...(from === undefined ? [] : [from])]));
    },
    git,
    mirrorTo: (world, repository) => mirror(directory, world, repository),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
};
