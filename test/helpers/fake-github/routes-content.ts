import { posix } from "node:path";
import { resolveCommit } from "./commit-graph.ts";
import { readCommit, readTree } from "./git-objects.ts";
import { findEntry, type PathEntry, walkTree } from "./git-tree.ts";
import { repositoryApi } from "./links.ts";
import { apiError, notFound, ok, type Reply } from "./reply.ts";
import { asksFor, type RepositoryCall, type Route, repositoryRoute } from "./route.ts";
import { base64Lines, contentJson, contentType } from "./shape-content.ts";
import type { Repository } from "./world.ts";

const tooLarge = () =>
  apiError(
    403,
    "This API returns blobs up to 100 MB in size. The requested blob is too large to fetch via the API, but you can always clone the repository to obtain it.",
    { errors: [{ resource: "Blob", field: "data", code: "too_large" }] },
  );

const rawReply = (body: Buffer): Reply => ({
  status: 200,
  raw: { contentType: "application/vnd.github.raw+json; charset=utf-8", body },
});

/** A symlink to a file of the repository is answered as that file's content, any other as itself. */
const followLink = (repository: Repository, root: string, entry: PathEntry): PathEntry => {
  if (contentType(entry) !== "symlink") return entry;
  const target = repository.objects.get(entry.sha)?.data.toString("utf8") ?? "";
  const path = posix.normalize(posix.join(posix.dirname(entry.path), target));
  const found =
    path.startsWith("..") || target.startsWith("/") ? undefined : findEntry(repository.objects, root, path);
  const isFile = found !== undefined && contentType(found) === "file";
  return isFile ? { ...entry, mode: found.mode, sha: found.sha } : entry;
};

const fileReply = (call: RepositoryCall, entry: PathEntry, ref: string): Reply => {
  const { repository, links, world } = call;
  const type = contentType(entry);
  const shared = contentJson(links, repository, { entry, ref });
  if (type === "submodule") return ok({ ...shared, submodule_git_url: "https://example.com/module.git" });
  const data = repository.objects.get(entry.sha)?.data ?? Buffer.alloc(0);
  if (data.length > world.limits.contentsRawBytes) throw tooLarge();
  if (asksFor(call, "raw")) return rawReply(data);
  if (type === "symlink") return ok({ ...shared, target: data.toString("utf8") });
  const shown = data.length <= world.limits.contentsBytes;
  return ok({ ...shared, content: shown ? base64Lines(data) : "", encoding: shown ? "base64" : "none" });
};

const getContent = (call: RepositoryCall): Reply => {
  const { repository, query, links } = call;
  const ref = query.ref ?? repository.defaultBranch;
  const commit = resolveCommit(repository, ref);
  if (commit === undefined) throw apiError(404, `No commit found for the ref ${ref}`);
  const path = (call.params.path ?? "").replace(/\/$/, "");
  const entry = findEntry(repository.objects, commit.tree, path);
  if (entry === undefined) throw notFound();
  if (contentType(entry) !== "dir") {
    return fileReply(call, followLink(repository, commit.tree, entry), ref);
  }
  const inside = (readTree(repository.objects, entry.sha) ?? []).slice(0, 1_000);
  const prefix = entry.path === "" ? "" : `${entry.path}/`;
  return ok(
    inside.map((item) =>
      contentJson(links, repository, { entry: { ...item, path: `${prefix}${item.name}` }, ref }),
    ),
  );
};

const treeType = (mode: string) => (mode === "40000" ? "tree" : mode === "160000" ? "commit" : "blob");

const getTree = (call: RepositoryCall): Reply => {
  const { repository, params, query } = call;
  const asked = params.tree_sha ?? "";
  const commit = readCommit(repository.objects, asked) ?? resolveCommit(repository, asked);
  return ok(treeJson(call, commit?.tree ?? asked, query.recursive === undefined ? "one" : "all"));
};

/** @param levels how deep; a new tree is shown one level deep. @throws ApiError 404 */
export const treeJson = (
  { repository, links, world }: RepositoryCall,
  sha: string,
  levels: "one" | "all" = "one",
) => {
  const entries = readTree(repository.objects, sha);
  if (entries === undefined) throw notFound();
  const all = levels === "one" ? entries : walkTree(repository.objects, sha);
  const api = `${repositoryApi(links, repository)}/git`;
  const tree = all.slice(0, world.limits.treeEntries).map((entry) => {
    const type = treeType(entry.mode);
    const size = type === "blob" ? { size: repository.objects.get(entry.sha)?.data.length ?? 0 } : {};
    const path = "path" in entry && typeof entry.path === "string" ? entry.path : entry.name;
    return {
      path,
      mode: entry.mode.padStart(6, "0"),
      type,
      sha: entry.sha,
      ...size,
      url: `${api}/${type}s/${entry.sha}`,
    };
  });
  return { sha, url: `${api}/trees/${sha}`, tree, truncated: all.length > tree.length };
};

const getBlob = (call: RepositoryCall): Reply => {
  const { repository, params, links, world } = call;
  const sha = params.file_sha ?? "";
  const blob = repository.objects.get(sha);
  if (blob?.type !== "blob") throw notFound();
  if (blob.data.length > world.limits.contentsRawBytes) throw tooLarge();
  if (asksFor(call, "raw")) return rawReply(blob.data);
  return ok({
    sha,
    node_id: `B_${sha}`,
    size: blob.data.length,
    url: `${repositoryApi(links, repository)}/git/blobs/${sha}`,
    content: base64Lines(blob.data),
    encoding: "base64",
  });
};

const needs = { permissions: [{ contents: "read" }] } as const;

export const contentRoutes: readonly Route[] = [
  repositoryRoute("GET /contents/{path}", needs, getContent, ["raw"]),
  repositoryRoute("GET /git/trees/{tree_sha}", needs, getTree),
  repositoryRoute("GET /git/blobs/{file_sha}", needs, getBlob, ["raw"]),
];
