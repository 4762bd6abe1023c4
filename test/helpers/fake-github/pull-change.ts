import { compareCommits, type FoundCommit, resolveCommit } from "./commit-graph.ts";
import type { FileDiff } from "./diff.ts";
import { apiError, notFound, type Reply } from "./reply.ts";
import type { RepositoryCall } from "./route.ts";
import type { PullChange } from "./shape-pull.ts";
import type { Issue, Limits, Pull } from "./world.ts";

export type FoundPull = { readonly issue: Issue; readonly pull: Pull };

/** @throws ApiError 404, also for a number that is an issue's */
export const pullOf = (call: RepositoryCall): FoundPull => {
  const issue = call.repository.issues.get(Number(call.params.pull_number));
  if (issue?.pull === undefined) throw notFound();
  return { issue, pull: issue.pull };
};

/** What lies between the merge base and the head. @throws ApiError 404 when there is no common history */
export const changeBetween = async (
  call: RepositoryCall,
  base: FoundCommit,
  head: FoundCommit,
): Promise<PullChange> => {
  const { objects } = call.repository;
  const comparison = compareCommits(objects, base, head);
  if (comparison === undefined) throw notFound();
  return { comparison, files: await call.diffs.between(objects, comparison.mergeBase.tree, head.tree) };
};

/** What a pull request changes. Its head is found by id, since a fork's objects are this repository's too. */
export const pullChange = (call: RepositoryCall, pull: Pull): Promise<PullChange> => {
  const base = resolveCommit(call.repository, pull.baseSha);
  const head = resolveCommit(call.repository, pull.headSha);
  if (base === undefined || head === undefined) {
    throw new Error(
      `the commits of ${pull.headRepository}:${pull.headRef} are not in the repository's network`,
    );
  }
  return changeBetween(call, base, head);
};

/** The whole diff as text. @throws ApiError 406 over the limits, with GitHub's own advice */
export const diffReply = (files: readonly FileDiff[], limits: Limits, resource: string): Reply => {
  const lines = files.reduce((sum, file) => sum + file.section.split("\n").length - 1, 0);
  const over =
    files.length > limits.compareFiles
      ? `files (${limits.compareFiles})`
      : lines > limits.diffLines
        ? `lines (${limits.diffLines})`
        : undefined;
  if (over !== undefined) {
    throw apiError(
      406,
      `Sorry, the diff exceeded the maximum number of ${over}. Consider using 'List pull requests files' API or locally cloning the repository instead.`,
      { errors: [{ resource, field: "diff", code: "too_large" }] },
    );
  }
  const body = Buffer.from(files.map((file) => file.section).join(""));
  return { status: 200, raw: { contentType: "application/vnd.github.diff; charset=utf-8", body } };
};
