import type { Comparison } from "./commit-graph.ts";
import type { FileDiff } from "./diff.ts";
import { type Links, repositoryApi, repositoryHtml } from "./links.ts";
import { repositoryJson } from "./shape-repository.ts";
import { issueJson, type Place } from "./shape-thread.ts";
import { userJson } from "./shape-user.ts";
import { findRepository, type Issue, type Pull, type Repository, type World } from "./world.ts";

const endJson = (
  world: World,
  links: Links,
  end: { readonly repository: Repository; readonly ref: string; readonly sha: string },
) => ({
  label: `${end.repository.owner}:${end.ref}`,
  ref: end.ref,
  sha: end.sha,
  user: userJson(world, links, end.repository.owner),
  repo: repositoryJson(world, links, end.repository),
});

const linksJson = (api: string, page: string, issue: Issue, headSha: string) => {
  const pull = `${api}/pulls/${issue.number}`;
  const link = (href: string) => ({ href });
  return {
    self: link(pull),
    html: link(page),
    issue: link(`${api}/issues/${issue.number}`),
    comments: link(`${api}/issues/${issue.number}/comments`),
    review_comments: link(`${pull}/comments`),
    review_comment: link(`${api}/pulls/comments{/number}`),
    commits: link(`${pull}/commits`),
    statuses: link(`${api}/statuses/${headSha}`),
  };
};

const addresses = (api: string, page: string, issue: Issue, headSha: string) => {
  const pull = `${api}/pulls/${issue.number}`;
  return {
    url: pull,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: `${api}/issues/${issue.number}`,
    commits_url: `${pull}/commits`,
    review_comments_url: `${pull}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${api}/issues/${issue.number}/comments`,
    statuses_url: `${api}/statuses/${headSha}`,
  };
};

const countsJson = (issue: Issue, pull: Pull, change: PullChange) => ({
  comments: issue.comments.length,
  review_comments: pull.reviewComments.length,
  commits: change.comparison.commits.length,
  additions: change.files.reduce((sum, file) => sum + file.additions, 0),
  deletions: change.files.reduce((sum, file) => sum + file.deletions, 0),
  changed_files: change.files.length,
});

export type PullChange = { readonly comparison: Comparison; readonly files: readonly FileDiff[] };

/** `pull-request`. A head whose repository is gone has the null repository GitHub shows. */
export const pullJson = (place: Place, issue: Issue, pull: Pull, change: PullChange) => {
  const { world, links, repository } = place;
  const api = repositoryApi(links, repository);
  const page = `${repositoryHtml(links, repository)}/pull/${issue.number}`;
  const headRepository = findRepository(world, pull.headRepository);
  const { pull_request: _, events_url: __, repository_url: ___, ...shared } = issueJson(place, issue);
  const head = { ref: pull.headRef, sha: pull.headSha };
  return {
    ...shared,
    ...addresses(api, page, issue, pull.headSha),
    ...countsJson(issue, pull, change),
    id: pull.id,
    node_id: pull.nodeId,
    requested_reviewers: [],
    requested_teams: [],
    draft: pull.draft,
    head: {
      ...endJson(world, links, { ...head, repository: headRepository ?? repository }),
      ...(headRepository === undefined ? { label: `unknown:${pull.headRef}`, repo: null } : {}),
    },
    base: endJson(world, links, { ref: pull.baseRef, sha: pull.baseSha, repository }),
    _links: linksJson(api, page, issue, pull.headSha),
    auto_merge: null,
    merged: pull.merged,
    merged_at: pull.merged ? (issue.closedAt ?? null) : null,
    merged_by: null,
    merge_commit_sha: null,
    mergeable: true,
    mergeable_state: "clean",
    rebaseable: true,
    maintainer_can_modify: false,
  };
};

/** `pull-request-simple`, as lists have it: without what takes a look at its commits. */
export const pullSimpleJson = (place: Place, issue: Issue, pull: Pull, change: PullChange) => {
  const {
    comments: _comments,
    review_comments: _reviewComments,
    commits: _commits,
    additions: _additions,
    deletions: _deletions,
    changed_files: _changedFiles,
    merged: _merged,
    merged_by: _mergedBy,
    mergeable: _mergeable,
    mergeable_state: _mergeableState,
    rebaseable: _rebaseable,
    maintainer_can_modify: _maintainerCanModify,
    ...simple
  } = pullJson(place, issue, pull, change);
  return simple;
};
