import { type Commit, type GitObjects, peel, readCommit } from "./git-objects.ts";
import type { Repository } from "./world.ts";

export type FoundCommit = Commit & { readonly sha: string };

const found = (objects: GitObjects, sha: string): FoundCommit | undefined => {
  const peeled = peel(objects, sha);
  const commit = readCommit(objects, peeled);
  return commit === undefined ? undefined : { ...commit, sha: peeled };
};

const byPrefix = (objects: GitObjects, prefix: string): string | undefined => {
  const matches = [...objects].filter(([sha, object]) => object.type === "commit" && sha.startsWith(prefix));
  const [only] = matches;
  return matches.length === 1 ? only?.[0] : undefined;
};

/** What GitHub takes as a ref: a branch, a tag, `heads/…`, `tags/…`, `refs/…`, `HEAD`, a commit id or its start. */
export const resolveCommit = (repository: Repository, ref: string): FoundCommit | undefined => {
  const { branches, tags, objects } = repository;
  const name = ref.replace(/^refs\//, "");
  const pull = /^pull\/(\d+)\/head$/.exec(name);
  const sha =
    (name === "HEAD" ? branches.get(repository.defaultBranch) : undefined) ??
    branches.get(name) ??
    tags.get(name) ??
    (name.startsWith("heads/") ? branches.get(name.slice("heads/".length)) : undefined) ??
    (name.startsWith("tags/") ? tags.get(name.slice("tags/".length)) : undefined) ??
    (pull === null ? undefined : repository.issues.get(Number(pull[1]))?.pull?.headSha) ??
    (/^[0-9a-f]{40}$/.test(name) ? name : undefined) ??
    (/^[0-9a-f]{7,39}$/.test(name) ? byPrefix(objects, name) : undefined);
  return sha === undefined ? undefined : found(objects, sha);
};

/** A commit and all it stands on, itself first. */
const ancestors = (objects: GitObjects, sha: string): ReadonlyMap<string, FoundCommit> => {
  const seen = new Map<string, FoundCommit>();
  const queue = [sha];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (seen.has(next)) continue;
    const commit = found(objects, next);
    if (commit === undefined) continue;
    seen.set(next, commit);
    queue.push(...commit.parents);
  }
  return seen;
};

export type Comparison = {
  readonly base: FoundCommit;
  readonly head: FoundCommit;
  readonly mergeBase: FoundCommit;
  readonly status: "ahead" | "behind" | "diverged" | "identical";
  readonly behindBy: number;
  /** Commits of the head that the base lacks, oldest first. */
  readonly commits: readonly FoundCommit[];
};

/** @returns undefined when the two share no history */
export const compareCommits = (
  objects: GitObjects,
  base: FoundCommit,
  head: FoundCommit,
): Comparison | undefined => {
  const ofBase = ancestors(objects, base.sha);
  const ofHead = ancestors(objects, head.sha);
  const shared = [...ofHead.values()].filter((commit) => ofBase.has(commit.sha));
  // What is shared includes all it stands on, so only the tips of it can be merge bases.
  const covered = new Set(shared.flatMap((commit) => commit.parents));
  const mergeBase = shared.find((commit) => !covered.has(commit.sha));
  if (mergeBase === undefined) return undefined;
  const commits = [...ofHead.values()].filter((commit) => !ofBase.has(commit.sha)).reverse();
  const behindBy = [...ofBase.keys()].filter((sha) => !ofHead.has(sha)).length;
  const ahead = commits.length > 0;
  const status = ahead ? (behindBy > 0 ? "diverged" : "ahead") : behindBy > 0 ? "behind" : "identical";
  return { base, head, mergeBase, status, behindBy, commits };
};
