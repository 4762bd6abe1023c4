import { z } from "zod";
import { compareCommits, resolveCommit } from "./commit-graph.ts";
import { putCommit, putObject } from "./git-objects.ts";
import { type FileContent, findEntry, putFiles, readFiles } from "./git-tree.ts";
import { repositoryApi, repositoryHtml } from "./links.ts";
import { nodeId } from "./populate-people.ts";
import { moveBranch } from "./populate-repository.ts";
import { apiError, created, noContent, ok, type Reply } from "./reply.ts";
import { callerLogin, type RepositoryCall, type Route, repositoryRoute } from "./route.ts";
import { treeJson } from "./routes-content.ts";
import { commitJson, refJson } from "./shape-commit.ts";
import { timestamp } from "./world.ts";

const BlobBody = z.object({ content: z.string(), encoding: z.string().default("utf-8") });
const Entry = z.object({
  path: z.string(),
  mode: z.enum(["100644", "100755", "120000", "160000", "040000"]),
  type: z.string(),
  sha: z.string().nullable().optional(),
  content: z.string().optional(),
});
const TreeBody = z.object({ base_tree: z.string().optional(), tree: z.array(Entry) });
const CommitBody = z.object({ message: z.string(), tree: z.string(), parents: z.array(z.string()) });
const RefBody = z.object({ ref: z.string(), sha: z.string() });
const UpdateBody = z.object({ sha: z.string(), force: z.boolean().default(false) });

const createBlob = (call: RepositoryCall): Reply => {
  const { content, encoding } = BlobBody.parse(call.body);
  const data = Buffer.from(content, encoding === "base64" ? "base64" : "utf8");
  const sha = putObject(call.repository.objects, { type: "blob", data });
  return created({ sha, url: `${repositoryApi(call.links, call.repository)}/git/blobs/${sha}` });
};

/** What GitHub takes for the name of git's own folder, or for no name. */
const malformed = /(?:^|\/)(?:\.git|\.{1,2}|)(?:\/|$)/i;

const fileOf = ({ repository }: RepositoryCall, { mode, sha, content, path }: z.infer<typeof Entry>) => {
  if (content !== undefined && sha !== undefined)
    throw apiError(422, "tree.content and tree.sha cannot both be set");
  if (mode === "040000") throw apiError(422, "the fake takes no whole trees");
  if (sha === null) return null;
  if (mode === "160000") return { mode, sha: sha ?? "" } as const;
  const found = repository.objects.get(sha ?? "");
  if (content === undefined && found?.type !== "blob")
    throw apiError(422, `tree.sha ${sha ?? ""} is not a valid blob`);
  const bytes = content ?? found?.data ?? "";
  if (malformed.test(path)) throw apiError(422, "tree.path contains a malformed path component");
  return mode === "100644" ? bytes : { mode, content: bytes };
};

const createTree = (call: RepositoryCall): Reply => {
  const { objects } = call.repository;
  const { base_tree: base, tree } = TreeBody.parse(call.body);
  if (base !== undefined && objects.get(base)?.type !== "tree")
    throw apiError(422, "base_tree is not a valid tree oid");
  const files = new Map<string, FileContent>(
    Object.entries(base === undefined ? {} : readFiles(objects, base)),
  );
  for (const entry of tree) {
    const file = fileOf(call, entry);
    if (file === null && (base === undefined || findEntry(objects, base, entry.path) === undefined))
      throw apiError(422, "GitRPC::BadObjectState");
    files.delete(entry.path);
    if (file !== null) files.set(entry.path, file);
  }
  const sha = putFiles(objects, Object.fromEntries(files));
  return created(treeJson(call, sha));
};

const createCommit = (call: RepositoryCall): Reply => {
  const { repository, world } = call;
  const { message, tree, parents } = CommitBody.parse(call.body);
  if (repository.objects.get(tree)?.type !== "tree") throw apiError(422, "Tree SHA does not exist");
  if (parents.some((sha) => repository.objects.get(sha)?.type !== "commit"))
    throw apiError(422, "Parent SHA does not exist or is not a commit object");
  const login = callerLogin(call.caller);
  const author = { name: login, email: `${login}@users.noreply.github.com`, date: timestamp(world) };
  const sha = putCommit(repository.objects, { tree, parents, author, committer: author, message });
  const found = resolveCommit(repository, sha);
  if (found === undefined) throw new Error("a commit that was just made is not there");
  return created(gitCommitJson(call, found));
};

const getCommit = (call: RepositoryCall): Reply => {
  const { commit_sha: sha = "" } = call.params;
  const found = /^[0-9a-f]{40}$/.test(sha) ? resolveCommit(call.repository, sha) : undefined;
  if (found === undefined) throw apiError(404, "Not Found");
  return ok(gitCommitJson(call, found));
};

const gitCommitJson = (
  { links, repository }: RepositoryCall,
  found: NonNullable<ReturnType<typeof resolveCommit>>,
) => {
  const { sha, commit, url: _, html_url: __, ...shown } = commitJson(links, repository, found);
  return {
    sha,
    node_id: shown.node_id,
    url: `${repositoryApi(links, repository)}/git/commits/${sha}`,
    ...{ html_url: `${repositoryHtml(links, repository)}/commit/${sha}` },
    ...{ author: commit.author, committer: commit.committer, message: commit.message, tree: commit.tree },
    ...{ parents: shown.parents, verification: commit.verification },
  };
};

const createRef = (call: RepositoryCall): Reply => {
  const { repository, world, links } = call;
  const { ref, sha } = RefBody.parse(call.body);
  const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
  if (branch === undefined)
    throw apiError(422, "Reference name must start with 'refs/' and have at least two slashes.");
  if (repository.branches.has(branch)) throw apiError(422, "Reference already exists");
  // Git keeps `a` and `a/b` as a file and a folder.
  const clashes = [...repository.branches.keys()].some(
    (other) => other.startsWith(`${branch}/`) || branch.startsWith(`${other}/`),
  );
  if (clashes) throw apiError(422, "Reference update failed");
  if (repository.objects.get(sha)?.type !== "commit") throw apiError(422, "Object does not exist");
  moveBranch(world, repository, branch, sha);
  return created({
    ...refJson(links, repository, { name: `heads/${branch}`, sha }),
    node_id: nodeId("REF", 1),
  });
};

const branchOf = ({ repository, params }: RepositoryCall): string => {
  const branch = /^heads\/(.+)$/.exec(params.ref ?? "")?.[1] ?? "";
  if (!repository.branches.has(branch)) throw apiError(422, "Reference does not exist");
  if (repository.protectedBranches.has(branch)) throw apiError(422, "Cannot update this protected ref.");
  return branch;
};

const updateRef = (call: RepositoryCall): Reply => {
  const { repository, world, links } = call;
  const branch = branchOf(call);
  const { sha, force } = UpdateBody.parse(call.body);
  const [now, next] = [resolveCommit(repository, `heads/${branch}`), resolveCommit(repository, sha)];
  if (now === undefined || next === undefined) throw apiError(422, "Object does not exist");
  const way = compareCommits(repository.objects, now, next)?.status;
  if (!force && way !== "ahead" && way !== "identical") throw apiError(422, "Update is not a fast forward");
  moveBranch(world, repository, branch, sha);
  return ok(refJson(links, repository, { name: `heads/${branch}`, sha }));
};

const deleteRef = (call: RepositoryCall): Reply => {
  call.repository.branches.delete(branchOf(call));
  return noContent;
};

const contents = { permissions: [{ contents: "write" }], role: "write" } as const;

export const gitRoutes: readonly Route[] = [
  repositoryRoute("POST /git/blobs", contents, createBlob),
  repositoryRoute("POST /git/trees", contents, createTree),
  repositoryRoute("POST /git/commits", contents, createCommit),
  repositoryRoute("GET /git/commits/{commit_sha}", { permissions: [{ contents: "read" }] }, getCommit),
  repositoryRoute("POST /git/refs", contents, createRef),
  repositoryRoute("PATCH /git/refs/{ref}", contents, updateRef),
  repositoryRoute("DELETE /git/refs/{ref}", contents, deleteRef),
];
