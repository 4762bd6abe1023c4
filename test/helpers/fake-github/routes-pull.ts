import { type FoundCommit, resolveCommit } from "./commit-graph.ts";
import { putTree } from "./git-objects.ts";
import { repositoryApi, repositoryHtml } from "./links.ts";
import { pageOf, paginate } from "./paginate.ts";
import { changeBetween, diffReply, pullChange, pullOf } from "./pull-change.ts";
import { apiError, notFound, ok, type Reply } from "./reply.ts";
import { asksFor, type RepositoryCall, type Route, repositoryRoute } from "./route.ts";
import { commitJson, diffEntriesJson } from "./shape-commit.ts";
import { pullJson, pullSimpleJson } from "./shape-pull.ts";
import { nameKey, type Pull, type Repository } from "./world.ts";

const getPull = async (call: RepositoryCall): Promise<Reply> => {
  const { issue, pull } = pullOf(call);
  const change = await pullChange(call, pull);
  if (asksFor(call, "diff")) return diffReply(change.files, call.world.limits, "PullRequest");
  return ok(pullJson(call, issue, pull, change));
};

/** The oldest first: the only order in which anybody asks. */
const listPulls = async (call: RepositoryCall): Promise<Reply> => {
  const { state = "open", head, direction } = call.query;
  if (direction !== "asc") throw apiError(422, "the fake lists pull requests in ascending order alone");
  const found = [...call.repository.issues.values()].flatMap((issue) =>
    issue.pull === undefined ? [] : [{ issue, pull: issue.pull }],
  );
  const wanted = found
    .filter(({ issue }) => state === "all" || issue.state === state)
    .filter(({ pull }) => head === undefined || isFrom(call, pull, head));
  const shown = await Promise.all(
    wanted.map(async ({ issue, pull }) => pullSimpleJson(call, issue, pull, await pullChange(call, pull))),
  );
  return paginate(call, shown, (one) => one);
};

/** `owner:branch`; without an owner GitHub ignores the filter. */
const isFrom = (call: RepositoryCall, pull: Pull, head: string): boolean => {
  const [owner = "", branch] = head.split(":");
  if (branch === undefined) return true;
  const from = call.world.repositories.get(nameKey(pull.headRepository));
  return from !== undefined && nameKey(from.owner) === nameKey(owner) && pull.headRef === branch;
};

const listFiles = async (call: RepositoryCall): Promise<Reply> => {
  const { pull } = pullOf(call);
  const { limits } = call.world;
  const { files } = await pullChange(call, pull);
  const entries = diffEntriesJson(call.links, call.repository, { files, headSha: pull.headSha, limits });
  return paginate(call, entries.slice(0, limits.pullFiles), (entry) => entry);
};

/** `branch`, `owner:branch` and `owner:repo:branch`, all within one network of forks. */
const endOf = (call: RepositoryCall, name: string): FoundCommit | undefined => {
  const parts = name.split(":");
  const [owner, second] = parts;
  if (parts.length === 1 || owner === undefined) return resolveCommit(call.repository, name);
  const inNetwork = (candidate: Repository): boolean =>
    candidate.objects === call.repository.objects &&
    nameKey(candidate.owner) === nameKey(owner) &&
    (parts.length === 2 || nameKey(candidate.name) === nameKey(second ?? ""));
  const repository = [...call.world.repositories.values()].find(inNetwork);
  return repository === undefined ? undefined : resolveCommit(repository, parts.at(-1) ?? "");
};

const compareJson = (
  call: RepositoryCall,
  basehead: string,
  change: Awaited<ReturnType<typeof changeBetween>>,
) => {
  const { links, repository, world } = call;
  const { comparison, files } = change;
  const page = `${repositoryHtml(links, repository)}/compare/${basehead}`;
  const commit = (found: FoundCommit) => commitJson(links, repository, found);
  return {
    url: `${repositoryApi(links, repository)}/compare/${basehead}`,
    html_url: page,
    permalink_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    base_commit: commit(comparison.base),
    merge_base_commit: commit(comparison.mergeBase),
    status: comparison.status,
    ahead_by: comparison.commits.length,
    behind_by: comparison.behindBy,
    total_commits: comparison.commits.length,
    ...((call.query.page ?? "1") === "1"
      ? {
          files: diffEntriesJson(links, repository, {
            files: files.slice(0, world.limits.compareFiles),
            headSha: comparison.head.sha,
            limits: world.limits,
          }),
        }
      : { files: [] }),
  };
};

/** Files come with the first page only; the pages are of commits. */
const compare = async (call: RepositoryCall): Promise<Reply> => {
  const basehead = call.params.basehead ?? "";
  const [baseName = "", headName = ""] = basehead.split("...");
  const base = endOf(call, baseName);
  const head = endOf(call, headName);
  if (base === undefined || head === undefined) throw notFound();
  const change = await changeBetween(call, base, head);
  if (asksFor(call, "diff")) return diffReply(change.files, call.world.limits, "Comparison");
  const page = pageOf(call, change.comparison.commits, 250);
  const commits = page.items.map((found) => commitJson(call.links, call.repository, found));
  return { status: 200, json: { ...compareJson(call, basehead, change), commits }, headers: page.headers };
};

const getCommit = async (call: RepositoryCall): Promise<Reply> => {
  const { repository, diffs, world, links } = call;
  const ref = call.params.ref ?? "";
  const commit = resolveCommit(repository, ref);
  if (commit === undefined) throw apiError(422, `No commit found for SHA: ${ref}`);
  if (asksFor(call, "sha")) {
    return {
      status: 200,
      raw: { contentType: "application/vnd.github.sha; charset=utf-8", body: Buffer.from(commit.sha) },
    };
  }
  const [parentSha] = commit.parents;
  const parent = parentSha === undefined ? undefined : resolveCommit(repository, parentSha);
  const before = parent?.tree ?? putTree(repository.objects, []);
  const files = await diffs.between(repository.objects, before, commit.tree);
  if (asksFor(call, "diff")) return diffReply(files, world.limits, "Commit");
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  const page = pageOf(call, files, 100);
  return {
    status: 200,
    headers: page.headers,
    json: {
      ...commitJson(links, repository, commit),
      stats: { additions, deletions, total: additions + deletions },
      files: diffEntriesJson(links, repository, {
        files: page.items,
        headSha: commit.sha,
        limits: world.limits,
      }),
    },
  };
};

const pulls = { permissions: [{ pull_requests: "read" }] } as const;
const contents = { permissions: [{ contents: "read" }] } as const;

export const pullRoutes: readonly Route[] = [
  repositoryRoute("GET /pulls", pulls, listPulls),
  repositoryRoute("GET /pulls/{pull_number}", pulls, getPull, ["diff"]),
  repositoryRoute("GET /pulls/{pull_number}/files", pulls, listFiles),
  repositoryRoute("GET /compare/{basehead}", contents, compare, ["diff"]),
  repositoryRoute("GET /commits/{ref}", contents, getCommit, ["diff", "sha"]),
];
