import { roleAtLeast } from "./access.ts";
import { type Links, repositoryApi, repositoryHtml } from "./links.ts";
import { userJson } from "./shape-user.ts";
import { findRepository, type Repository, type Role, type World } from "./world.ts";

const templates = {
  archive_url: "/{archive_format}{/ref}",
  assignees_url: "/assignees{/user}",
  blobs_url: "/git/blobs{/sha}",
  branches_url: "/branches{/branch}",
  collaborators_url: "/collaborators{/collaborator}",
  comments_url: "/comments{/number}",
  commits_url: "/commits{/sha}",
  compare_url: "/compare/{base}...{head}",
  contents_url: "/contents/{+path}",
  contributors_url: "/contributors",
  deployments_url: "/deployments",
  downloads_url: "/downloads",
  events_url: "/events",
  forks_url: "/forks",
  git_commits_url: "/git/commits{/sha}",
  git_refs_url: "/git/refs{/sha}",
  git_tags_url: "/git/tags{/sha}",
  hooks_url: "/hooks",
  issue_comment_url: "/issues/comments{/number}",
  issue_events_url: "/issues/events{/number}",
  issues_url: "/issues{/number}",
  keys_url: "/keys{/key_id}",
  labels_url: "/labels{/name}",
  languages_url: "/languages",
  merges_url: "/merges",
  milestones_url: "/milestones{/number}",
  notifications_url: "/notifications{?since,all,participating}",
  pulls_url: "/pulls{/number}",
  releases_url: "/releases{/id}",
  stargazers_url: "/stargazers",
  statuses_url: "/statuses/{sha}",
  subscribers_url: "/subscribers",
  subscription_url: "/subscription",
  tags_url: "/tags",
  teams_url: "/teams",
  trees_url: "/git/trees{/sha}",
} as const;

/** `minimal-repository`: what other objects carry of the repository they are in. */
export const minimalRepositoryJson = (world: World, links: Links, repository: Repository) => {
  const url = repositoryApi(links, repository);
  return {
    id: repository.id,
    node_id: repository.nodeId,
    name: repository.name,
    full_name: repository.fullName,
    private: repository.visibility === "private",
    owner: userJson(world, links, repository.owner),
    html_url: repositoryHtml(links, repository),
    description: null,
    fork: repository.parent !== undefined,
    url,
    ...Object.fromEntries(Object.entries(templates).map(([name, path]) => [name, `${url}${path}`])),
  };
};

const counts = {
  forks: 0,
  forks_count: 0,
  stargazers_count: 0,
  watchers: 0,
  watchers_count: 0,
  size: 1,
} as const;

const features = {
  has_downloads: true,
  has_issues: true,
  has_projects: false,
  has_wiki: false,
  has_pages: false,
  has_discussions: false,
} as const;

/** `repository`: the form in a pull request's head and base. */
export const repositoryJson = (world: World, links: Links, repository: Repository) => {
  const open = [...repository.issues.values()].filter((issue) => issue.state === "open").length;
  const html = repositoryHtml(links, repository);
  return {
    ...minimalRepositoryJson(world, links, repository),
    ...counts,
    ...features,
    clone_url: `${html}.git`,
    git_url: `${html.replace(/^https?/, "git")}.git`,
    ssh_url: `git@${new URL(links.html).hostname}:${repository.fullName}.git`,
    svn_url: html,
    default_branch: repository.defaultBranch,
    visibility: repository.visibility,
    homepage: null,
    language: null,
    archived: repository.archived,
    disabled: false,
    mirror_url: null,
    open_issues: open,
    open_issues_count: open,
    license: null,
    pushed_at: "2024-01-01T00:00:00Z",
    created_at: "2024-01-01T00:00:00Z",
    updated_at: "2024-01-01T00:00:00Z",
  };
};

/** `full-repository`: what `GET /repos/{owner}/{repo}` shows, with the caller's own permissions. */
export const fullRepositoryJson = (world: World, links: Links, repository: Repository, role: Role) => {
  const parent = repository.parent === undefined ? undefined : findRepository(world, repository.parent);
  const above = parent === undefined ? undefined : repositoryJson(world, links, parent);
  return {
    ...repositoryJson(world, links, repository),
    network_count: 0,
    subscribers_count: 0,
    permissions: permissionFlags(role),
    ...(above === undefined ? {} : { parent: above, source: above }),
  };
};

/** The five flags GitHub shows of a role. */
export const permissionFlags = (role: Role) => ({
  admin: roleAtLeast(role, "admin"),
  maintain: roleAtLeast(role, "maintain"),
  push: roleAtLeast(role, "write"),
  triage: roleAtLeast(role, "triage"),
  pull: roleAtLeast(role, "read"),
});
