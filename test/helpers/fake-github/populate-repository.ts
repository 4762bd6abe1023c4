import { resolveCommit } from "./commit-graph.ts";
import { type GitPerson, putCommit } from "./git-objects.ts";
import { type FileContent, type Files, putFiles, readFiles } from "./git-tree.ts";
import { addUser, nodeId, repositoryNamed } from "./populate-people.ts";
import { nameKey, type Repository, timestamp, type WorkflowRun, type World } from "./world.ts";

export type NewRepository = {
  readonly owner: string;
  readonly name: string;
  readonly visibility?: Repository["visibility"];
  readonly defaultBranch?: string;
  /** `owner/name` of the repository to fork: its objects are shared, its branches and tags copied. */
  readonly forkOf?: string;
};

/** Adds a repository, and its owner as an organisation unless there is a user of that name. */
export const addRepository = (world: World, options: NewRepository): Repository => {
  const { owner, name, forkOf } = options;
  addUser(world, owner, "Organization");
  const parent = forkOf === undefined ? undefined : repositoryNamed(world, forkOf);
  const id = world.nextId();
  const repository: Repository = {
    id,
    nodeId: nodeId("R", id),
    owner,
    name,
    fullName: `${owner}/${name}`,
    ...(parent === undefined ? {} : { parent: parent.fullName }),
    objects: parent?.objects ?? new Map(),
    visibility: options.visibility ?? parent?.visibility ?? "private",
    defaultBranch: options.defaultBranch ?? parent?.defaultBranch ?? "main",
    archived: false,
    collaborators: new Map(),
    branches: new Map(parent?.branches),
    tags: new Map(parent?.tags),
    protectedBranches: new Set(),
    actionsPullRequests: "allowed",
    labels: new Map(),
    issues: new Map(),
    runs: new Map(),
    checks: [],
  };
  world.repositories.set(nameKey(repository.fullName), repository);
  return repository;
};

export type NewCommit = {
  /** What changes against the first parent; `null` takes a path away. */
  readonly files: Readonly<Record<string, FileContent | null>>;
  readonly message?: string;
  /** The branch to build on and to move; default: the default branch. */
  readonly branch?: string;
  /** Where a new branch starts (a branch, tag or commit id); default: the default branch. */
  readonly from?: string;
  readonly author?: GitPerson;
};

/** Commits onto a branch, with the id git would give it, and moves the pull requests of that branch. */
export const addCommit = (world: World, repository: Repository, commit: NewCommit): string => {
  const branch = commit.branch ?? repository.defaultBranch;
  const parent = resolveCommit(repository, repository.branches.get(branch) ?? commit.from ?? "HEAD");
  const before = parent === undefined ? {} : readFiles(repository.objects, parent.tree);
  const after: Files = Object.fromEntries(
    Object.entries({ ...before, ...commit.files }).flatMap(([path, file]) =>
      file === null ? [] : [[path, file]],
    ),
  );
  const author = commit.author ?? { name: "Ada", email: "ada@example.com", date: timestamp(world) };
  const sha = putCommit(repository.objects, {
    tree: putFiles(repository.objects, after),
    parents: parent === undefined ? [] : [parent.sha],
    author,
    committer: author,
    message: commit.message ?? "Change files",
  });
  moveBranch(world, repository, branch, sha);
  return sha;
};

/** Points a branch at a commit. Open pull requests from it follow. */
export const moveBranch = (world: World, repository: Repository, branch: string, sha: string): void => {
  repository.branches.set(branch, sha);
  for (const { issues } of world.repositories.values()) {
    for (const { pull, state } of issues.values()) {
      const isHead = pull?.headRepository === repository.fullName && pull.headRef === branch;
      if (pull !== undefined && isHead && state === "open") pull.headSha = sha;
    }
  }
};

/** Adds a workflow run; what is left out is a first attempt of `ci.yml` by `github-actions[bot]` on the default branch. */
export const addRun = (world: World, repository: Repository, run: Partial<WorkflowRun>): WorkflowRun => {
  const id = run.id ?? world.nextId();
  const actor = run.actor ?? "github-actions[bot]";
  const branch = run.headBranch ?? repository.defaultBranch;
  const added: WorkflowRun = {
    id,
    name: run.name ?? "ci",
    path: run.path ?? ".github/workflows/ci.yml",
    event: run.event ?? "push",
    headBranch: branch,
    headSha: run.headSha ?? repository.branches.get(branch) ?? "0".repeat(40),
    actor: addUser(world, actor).login,
    triggeringActor: addUser(world, run.triggeringActor ?? actor).login,
    attempt: run.attempt ?? 1,
    ...(run.conclusion === undefined ? {} : { conclusion: run.conclusion }),
    createdAt: run.createdAt ?? timestamp(world),
    jobs: run.jobs ?? [],
  };
  repository.runs.set(id, added);
  return added;
};
