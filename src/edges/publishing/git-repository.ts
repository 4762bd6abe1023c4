import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { ExpertStackError } from "../../errors.ts";
import type { IndexCommit, RegistryRepository } from "../../run/publishing-ports.ts";
import { type GitCheckout, git, gitLine, tryGit } from "./git-command.ts";
import { treeChanges, treeEntries, treeFiles } from "./git-trees.ts";
import { pushCommit } from "./push-commit.ts";

/** Where fetched refs are kept, so that no branch, tag or work tree of the checkout is touched. */
const own = "refs/expert-stack";

/**
 * A registry's repository by its checkout and a remote of that, whatever transport it has: whoever made the checkout has
 * chosen it.
 *
 * @param temporary a folder for git's index of a commit to be
 */
export const gitRepository = (
  checkout: GitCheckout,
  temporary: string,
  remote = "origin",
): RegistryRepository => ({
  fetch: async ({ branches, tags, pull }) => {
    // With a `*` the remote is asked for those refs alone, and one that is not there is no failure.
    const specs = branches.map((name) => `+refs/heads/${name}*:${own}/heads/${name}*`);
    if (tags !== undefined) specs.push(`+refs/tags/${tags}*:${own}/tags/${tags}*`);
    if (pull !== undefined) specs.push(`+refs/pull/${pull}/head*:${own}/pull/${pull}/head*`);
    const deepen = (await gitLine(checkout, ["rev-parse", "--is-shallow-repository"])) === "true";
    const options = [
      "--quiet",
      "--no-tags",
      "--prune",
      "--no-write-fetch-head",
      ...(deepen ? ["--unshallow"] : []),
    ];
    const { code, told } = await tryGit(checkout, ["fetch", ...options, remote, ...specs]);
    if (code !== 0) throw unreachable(remote, told);
  },
  commit: async (revision) => await commitOf(checkout, revision),
  branch: async (name) => await commitOf(checkout, `${own}/heads/${name}`),
  tags: async () => await tagCommits(checkout),
  contains: async (tip, commit) =>
    (await tryGit(checkout, ["merge-base", "--is-ancestor", commit, tip])).code === 0,
  file: async (commit, path) => (await treeFiles(checkout, commit, path)).get(path),
  files: async (commit, folder) => await treeFiles(checkout, commit, folder),
  paths: async (commit, folder) => (await treeEntries(checkout, commit, folder)).map(({ path }) => path),
  changes: async (base, head, folder) => await treeChanges(checkout, { base, head, folder }),
  push: async (change) =>
    await pushCommit(checkout, {
      ...{ remote, branch: change.branch },
      commit: await writeCommit(checkout, change, temporary),
    }),
});

const commitOf = async (checkout: GitCheckout, ref: string): Promise<string | undefined> => {
  const { code, out } = await tryGit(checkout, [
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${ref}^{commit}`,
  ]);
  return code === 0 ? out.toString("utf8").trim() : undefined;
};

const tagCommits = async (checkout: GitCheckout): Promise<ReadonlyMap<string, string>> => {
  const format = "--format=%(refname) %(objecttype) %(objectname) %(*objecttype) %(*objectname)";
  const listing = await gitLine(checkout, ["for-each-ref", format, `${own}/tags/`]);
  return new Map(
    listing.split("\n").flatMap((line) => {
      const [ref = "", ...objects] = line.split(" ");
      const at = objects.indexOf("commit");
      const commit = at === -1 ? undefined : objects[at + 1];
      // A tag of a file or of a folder publishes nothing.
      return commit === undefined ? [] : [[ref.slice(own.length + "/tags/".length), commit]];
    }),
  );
};

/** @returns the id of the commit, which no branch names yet */
const writeCommit = async (
  checkout: GitCheckout,
  { parent, files, message }: IndexCommit,
  temporary: string,
): Promise<string> => {
  const folder = await mkdtemp(join(temporary, "expert-stack-index-"));
  try {
    const variables = { GIT_INDEX_FILE: join(folder, "index"), ...author };
    await git(checkout, parent === undefined ? ["read-tree", "--empty"] : ["read-tree", parent], {
      variables,
    });
    for (const [path, input] of files) {
      const id = await gitLine(checkout, ["hash-object", "-w", "--no-filters", "--stdin"], { input });
      await git(checkout, ["update-index", "--add", "--cacheinfo", `100644,${id},${path}`], { variables });
    }
    const tree = await gitLine(checkout, ["write-tree"], { variables });
    const parents = parent === undefined ? [] : ["-p", parent];
    return await gitLine(checkout, ["commit-tree", "--no-gpg-sign", ...parents, tree], {
      variables,
      input: message,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** The account that pushes with a workflow's own token. */
const author = {
  GIT_AUTHOR_NAME: "github-actions[bot]",
  GIT_AUTHOR_EMAIL: "41898282+github-actions[bot]@users.noreply.github.com",
  GIT_COMMITTER_NAME: "github-actions[bot]",
  GIT_COMMITTER_EMAIL: "41898282+github-actions[bot]@users.noreply.github.com",
} as const;

const unreachable = (remote: string, told: string): ExpertStackError =>
  new ExpertStackError({
    code: "REGISTRY_UNREACHABLE",
    message: `The registry's remote \`${remote}\` cannot be fetched: ${told}`,
    remedy: "See that the checkout has a remote and that the token may read it.",
  });
