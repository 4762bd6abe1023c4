import { spawn } from "node:child_process";
import { once } from "node:events";
import { posix } from "node:path";
import { largestDefinition, noDefinition } from "../../definition/definition-size.ts";
import type { Definitions } from "../../run/github-ports.ts";
import { decodeUtf8 } from "./decode-utf8.ts";

type Where = {
  /** A checkout whose object store may hold the commit. */
  readonly workspace: string;
  /** Full commit id. */
  readonly commit: string;
  /** Absolute path of git: looked up by name, it could be a program of the checkout. Without it, nothing is found. */
  readonly git: string | undefined;
  /** What git may see of the environment; `PATH` and `HOME` are enough. */
  readonly environment: Readonly<Record<string, string>>;
  /** Asked when the checkout does not hold the commit. */
  readonly fallback: (path: string, commit: string) => Promise<string | undefined>;
};

/**
 * Definitions as they are in one commit: from the object store of the checkout, never from its work tree, and
 * from the fallback when the commit is not there. A file of more than a mebibyte is refused before it is read.
 */
export const commitDefinitions = (where: Where): Definitions => ({
  origin: `commit:${where.commit}`,
  async read(path) {
    const listing = await git(where, ["ls-tree", "-z", "--long", where.commit, "--", path]);
    if (listing === undefined) return await where.fallback(path, where.commit);
    // What is no blob has no size; neither has a blob that the checkout does not hold.
    const [, mode, type, id, size, name] = /^(\d+) (\w+) (\w+) +(\S+)\t([^\0]*)\0/.exec(listing) ?? [];
    // Symbolic links (120000) and submodules (160000) are no definitions, nor is the first file of a folder.
    const isFile = type === "blob" && mode?.startsWith("100") && name === posix.normalize(path);
    if (!isFile || id === undefined) return undefined;
    if (Number(size) > largestDefinition) throw noDefinition(path);
    const blob = await gitBytes(where, ["cat-file", "blob", id]);
    return blob === undefined ? await where.fallback(path, where.commit) : decodeUtf8(blob, path);
  },
});

/** Whether the checkout's HEAD is this very commit. */
export const headCommit = async (where: Omit<Where, "fallback" | "commit">): Promise<string | undefined> =>
  (await git(where, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]))?.trim();

/** A folder of the work tree that looks like a repository is not the repository. */
const neutral = ["--no-replace-objects", "-c", "safe.bareRepository=explicit"];

type Checkout = Pick<Where, "workspace" | "environment" | "git">;

const git = async (where: Checkout, args: readonly string[]): Promise<string | undefined> =>
  (await gitBytes(where, args))?.toString("utf8");

/** @returns standard output, or nothing when git fails or is not there */
const gitBytes = async (where: Checkout, args: readonly string[]): Promise<Buffer | undefined> => {
  if (where.git === undefined) return undefined;
  const child = spawn(where.git, [...neutral, "-C", where.workspace, ...args], {
    env: { ...where.environment, GIT_NO_LAZY_FETCH: "1", GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  try {
    const [code] = await once(child, "close");
    return code === 0 ? Buffer.concat(chunks) : undefined;
  } catch {
    // `error` was emitted: there is no git here.
    return undefined;
  }
};
