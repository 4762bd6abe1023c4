import { posix } from "node:path";
import { largestDefinition, noDefinition } from "../../definition/definition-size.ts";
import { type Role, roles } from "../../request/role.ts";
import type { Comparison, Repository } from "../../run/github-ports.ts";
import { asking, askingMaybe } from "./api-error.ts";
import type { GitHubAccess, GitHubClient } from "./client.ts";
import { pullRequests } from "./pull-requests.ts";

/** What GitHub's REST API says of one repository. */
export const gitHubRepository = (client: GitHubClient, { owner, repo }: GitHubAccess): Repository => {
  const here = { owner, repo };
  return {
    async roleOf(login) {
      const answer = await askingMaybe(
        `tell the role of ${login}`,
        client.rest.repos.getCollaboratorPermissionLevel({ ...here, username: login }),
      );
      return answer === undefined ? "none" : roleOf(answer.data);
    },
    pullRequests: (question) => pullRequests(client, here, question),
    async runsBy(login, of) {
      const count = (filter: { status?: "skipped" }) => countRuns(client, here, { ...of, ...filter, login });
      const [all, skipped] = await Promise.all([count({}), count({ status: "skipped" })]);
      return all - skipped;
    },
    async branchHead(branch) {
      const ref = `heads/${branch}`;
      const head = await asking("show the default branch", client.rest.git.getRef({ ...here, ref }));
      return head.data.object.sha;
    },
    async readFile(path, commit) {
      const at = { ...here, path: posix.normalize(path), commit };
      const [text, mode] = await Promise.all([readText(client, at), readMode(client, at)]);
      return mode?.startsWith("100") ? text : undefined;
    },
    async compare(base, head) {
      const { data } = await asking(
        "compare base and head",
        client.rest.repos.compareCommitsWithBasehead({
          ...here,
          basehead: `${base}...${head}`,
          per_page: 100,
        }),
      );
      return comparison(data.files ?? []);
    },
  };
};

const countRuns = async (
  client: GitHubClient,
  here: { readonly owner: string; readonly repo: string },
  {
    login,
    workflow: workflow_id,
    since,
    ...status
  }: {
    readonly login: string;
    readonly workflow: string;
    readonly since: string;
    readonly status?: "skipped";
  },
): Promise<number> => {
  const filter = { actor: login, created: `>=${since}`, ...status, per_page: 1 };
  const runs = client.rest.actions.listWorkflowRuns({ ...here, workflow_id, ...filter });
  return (await asking(`count the runs of ${login}`, runs)).data.total_count;
};

type Place = {
  readonly owner: string;
  readonly repo: string;
  readonly path: string;
  readonly commit: string;
};

const readText = async (client: GitHubClient, at: Place): Promise<string | undefined> => {
  const { commit: ref, ...place } = at;
  const answer = await askingMaybe(
    showing(at),
    client.rest.repos.getContent({ ...place, ref, mediaType: { format: "raw" } }),
  );
  // With the raw media type the body is the file's text; a folder or a submodule is an object all the same.
  const body: unknown = answer?.data;
  if (typeof body !== "string") return undefined;
  if (Buffer.byteLength(body) > largestDefinition) throw noDefinition(at.path);
  return body;
};

/** The mode git keeps for the path. The contents API does not tell: it shows what a symbolic link leads to. */
const readMode = async (client: GitHubClient, at: Place): Promise<string | undefined> => {
  let tree: string | undefined = at.commit;
  let mode: string | undefined;
  for (const name of at.path.split("/")) {
    if (tree === undefined) return undefined;
    const entry: TreeEntry | undefined = await readEntry(client, { ...at, tree, name });
    mode = entry?.mode;
    tree = entry?.type === "tree" ? entry.sha : undefined;
  }
  return mode;
};

type TreeEntry = {
  readonly path: string;
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
};

const readEntry = async (
  client: GitHubClient,
  at: Place & { readonly tree: string; readonly name: string },
): Promise<TreeEntry | undefined> => {
  const { owner, repo, tree: tree_sha, name } = at;
  const answer = await askingMaybe(showing(at), client.rest.git.getTree({ owner, repo, tree_sha }));
  return answer?.data.tree.find(({ path }) => path === name);
};

const showing = ({ path, commit }: Place): string => `show ${path} at ${commit.slice(0, 12)}`;

type Permission = {
  readonly permission: string;
  readonly role_name: string;
  readonly user: {
    readonly permissions?: {
      readonly admin: boolean;
      readonly maintain?: boolean;
      readonly push: boolean;
      readonly triage?: boolean;
    };
  } | null;
};

/**
 * `role_name` tells `maintain` and `triage` apart, which the legacy `permission` reports as `write` and `read`. A
 * custom role has a name of its own; then the person's flags give the base it builds on.
 */
const roleOf = ({ permission, role_name, user }: Permission): Role => {
  const flags = user?.permissions;
  const known = (name: string) => roles.find((role) => role === name);
  const named = known(role_name);
  if (named !== undefined) return named;
  if (flags?.admin === true) return "admin";
  if (flags?.maintain === true) return "maintain";
  if (flags?.push === true) return "write";
  if (flags?.triage === true) return "triage";
  return known(permission) ?? "none";
};

/** The REST API's limit: https://docs.github.com/rest/commits/commits#compare-two-commits */
const mostFiles = 300;

const comparison = (
  files: readonly {
    filename: string;
    previous_filename?: string;
    status: string;
    additions: number;
    deletions: number;
    patch?: string;
  }[],
): Comparison => ({
  files: files.map((file) => ({
    path: file.filename,
    ...(file.previous_filename === undefined ? {} : { previousPath: file.previous_filename }),
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    ...(file.patch === undefined ? {} : { patch: file.patch }),
  })),
  isComplete: files.length < mostFiles,
});
