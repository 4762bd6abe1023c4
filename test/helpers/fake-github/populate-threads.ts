import { resolveCommit } from "./commit-graph.ts";
import { addUser, nodeId, repositoryNamed } from "./populate-people.ts";
import {
  type Association,
  type Authored,
  type Comment,
  type Issue,
  nameKey,
  type Pull,
  type Repository,
  type ReviewComment,
  timestamp,
  type World,
} from "./world.ts";

export type NewAuthored = {
  readonly author: string;
  readonly body?: string;
  /** Default: what the author's role makes it. */
  readonly association?: Association;
  /** Default: now. */
  readonly createdAt?: string;
};

const associationOf = (repository: Repository, login: string): Association => {
  if (nameKey(login) === nameKey(repository.owner)) return "OWNER";
  const role = repository.collaborators.get(nameKey(login))?.role ?? "none";
  return role === "none" ? "NONE" : "COLLABORATOR";
};

/** What every text by a person has. */
export const authored = (
  world: World,
  repository: Repository,
  kind: "IC" | "I" | "PR" | "PRR" | "PRRC",
  text: NewAuthored,
): Authored => {
  const id = world.nextId();
  const createdAt = text.createdAt ?? timestamp(world);
  return {
    id,
    nodeId: nodeId(kind, id),
    author: addUser(world, text.author).login,
    association: text.association ?? associationOf(repository, text.author),
    body: text.body ?? "",
    createdAt,
    updatedAt: createdAt,
  };
};

export type NewIssue = NewAuthored & { readonly title?: string; readonly labels?: readonly string[] };

export const openIssue = (world: World, repository: Repository, issue: NewIssue): Issue => {
  const opened = newIssue(world, repository, issue);
  repository.issues.set(opened.number, opened);
  return opened;
};

const newIssue = (world: World, repository: Repository, issue: NewIssue): Issue => {
  const labels = [...(issue.labels ?? [])];
  for (const name of labels) addLabel(world, repository, name);
  return {
    ...authored(world, repository, "I", issue),
    number: repository.issues.size + 1,
    title: issue.title ?? "Something is wrong",
    state: "open",
    locked: false,
    renames: [],
    assignees: [],
    labels,
    comments: [],
    reactions: [],
  };
};

export const addLabel = (world: World, repository: Repository, name: string): void => {
  const id = world.nextId();
  if (repository.labels.has(nameKey(name))) return;
  repository.labels.set(nameKey(name), { id, nodeId: nodeId("LA", id), name, color: "ededed" });
};

export type NewPullRequest = NewIssue & {
  /** The head branch. */
  readonly head: string;
  /** `owner/name` of the fork the head is in; default: the same repository. */
  readonly headRepository?: string;
  /** Default: the default branch. */
  readonly base?: string;
  readonly draft?: boolean;
};

export type PullRequest = Issue & { readonly pull: Pull };

/** @throws Error when a branch is not there */
export const openPullRequest = (
  world: World,
  repository: Repository,
  request: NewPullRequest,
): PullRequest => {
  const headRepository = repositoryNamed(world, request.headRepository ?? repository.fullName);
  const baseRef = request.base ?? repository.defaultBranch;
  const head = resolveCommit(headRepository, `heads/${request.head}`);
  const base = resolveCommit(repository, `heads/${baseRef}`);
  if (head === undefined || base === undefined) throw new Error(`no branch ${request.head} or ${baseRef}`);
  const id = world.nextId();
  const pull: Pull = {
    id,
    nodeId: nodeId("PR", id),
    headRepository: headRepository.fullName,
    headRef: request.head,
    headSha: head.sha,
    baseRef,
    baseSha: base.sha,
    draft: request.draft ?? false,
    merged: false,
    reviews: [],
    reviewComments: [],
  };
  const opened = { ...newIssue(world, repository, { title: "Change something", ...request }), pull };
  repository.issues.set(opened.number, opened);
  return opened;
};

export const addComment = (
  world: World,
  repository: Repository,
  issue: Issue,
  text: NewAuthored & { readonly viaApp?: boolean },
): Comment => {
  const comment: Comment = {
    ...authored(world, repository, "IC", text),
    viaApp: text.viaApp ?? false,
    reactions: [],
  };
  issue.comments.push(comment);
  return comment;
};

/** A remark beside a line, in a submitted review without words. */
export const addRemark = (
  world: World,
  repository: Repository,
  { pull }: PullRequest,
  remark: NewAuthored & { readonly path: string; readonly line: number; readonly inReplyTo?: number },
): ReviewComment => {
  const { path, line, inReplyTo, ...text } = remark;
  const { updatedAt: _, ...review } = authored(world, repository, "PRR", { ...text, body: "" });
  const commitId = pull.headSha;
  pull.reviews.push({ ...review, commitId, state: "COMMENTED", submittedAt: review.createdAt });
  const added: ReviewComment = {
    ...authored(world, repository, "PRRC", text),
    ...{ reviewId: review.id, path, line, commitId, subject: "line", side: "RIGHT", diffHunk: "" },
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    reactions: [],
  };
  pull.reviewComments.push(added);
  return added;
};

/** Changes a text the way an edit does: both `updatedAt` and `lastEditedAt` move. */
export const edit = (world: World, text: Authored, body: string): void => {
  text.body = body;
  text.lastEditedAt = timestamp(world);
  text.updatedAt = text.lastEditedAt;
};

/** Moves `updatedAt` alone, as GitHub does for reasons other than an edit. */
export const touch = (world: World, text: Authored): void => {
  text.updatedAt = timestamp(world);
};

/** Changes a title, which GitHub does not count as an edit of the text. */
export const rename = (world: World, issue: Issue, title: string): void => {
  issue.title = title;
  issue.renames.push(timestamp(world));
};
