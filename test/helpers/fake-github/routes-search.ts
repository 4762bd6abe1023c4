import { maySee, requirePermission } from "./access.ts";
import { resolveCommit } from "./commit-graph.ts";
import { type PathEntry, walkTree } from "./git-tree.ts";
import { repositoryApi, repositoryHtml } from "./links.ts";
import { pageOf } from "./paginate.ts";
import { ApiError, apiError, ok, type Reply, validationFailed } from "./reply.ts";
import { accountRoute, asksFor, type Call, callerLogin, type Route } from "./route.ts";
import { minimalRepositoryJson } from "./shape-repository.ts";
import { nameKey, type Repository } from "./world.ts";

type Query = {
  readonly words: readonly string[];
  readonly qualifiers: readonly (readonly [string, string])[];
};

/** Words, and what is `name:value` outside quotes. GitHub ignores signs in words. */
const readQuery = (text: string): Query => {
  const words: string[] = [];
  const qualifiers: [string, string][] = [];
  for (const [, quoted, plain = ""] of text.matchAll(/"([^"]*)"|([^\s"]+)/g)) {
    const [, name, value] = (quoted === undefined ? /^(\w+):(.+)$/.exec(plain) : null) ?? [];
    if (name !== undefined && value !== undefined) qualifiers.push([name, value]);
    else words.push(...(quoted ?? plain).split(/[^\w-]+/).filter((word) => word !== ""));
  }
  return { words, qualifiers };
};

const mayRead = (call: Call, repository: Repository): boolean => {
  if (!maySee(call.caller, repository)) return false;
  try {
    requirePermission(call.caller, repository, { permissions: [{ contents: "read" }] });
    return true;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
};

/** Several of `repo:`, `org:` and `user:` widen a search. @throws ApiError 422 when none of them may be read */
const searched = (call: Call, { qualifiers }: Query): readonly Repository[] => {
  const places = qualifiers.filter(([name]) => ["repo", "org", "user"].includes(name));
  const readable = [...call.world.repositories.values()].filter((repository) => mayRead(call, repository));
  const found = readable.filter(({ fullName, owner }) =>
    places.some(([name, value]) => nameKey(value) === nameKey(name === "repo" ? fullName : owner)),
  );
  if (places.length === 0) return readable;
  if (found.length > 0) return found;
  throw validationFailed({
    resource: "Search",
    field: "q",
    code: "invalid",
    message:
      "The listed users and repositories cannot be searched either because the resources do not exist or you do not have permission to view them.",
  });
};

type Hit = { readonly repository: Repository; readonly entry: PathEntry; readonly fragment: string };

const hitsIn = (repository: Repository, { words, qualifiers }: Query): readonly Hit[] => {
  const commit = resolveCommit(repository, "HEAD");
  if (commit === undefined) return [];
  const values = (name: string) => qualifiers.filter(([key]) => key === name).map(([, value]) => value);
  return walkTree(repository.objects, commit.tree).flatMap((entry) => {
    const text = repository.objects.get(entry.sha)?.data.toString("utf8") ?? "";
    const isMeant =
      entry.mode === "100644" &&
      values("path").every((path) => entry.path.startsWith(path)) &&
      values("extension").every((extension) => entry.path.endsWith(`.${extension}`)) &&
      words.every((word) => text.toLowerCase().includes(word.toLowerCase()));
    return isMeant ? [{ repository, entry, fragment: text.slice(0, 200) }] : [];
  });
};

const hitJson = (call: Call, { repository, entry, fragment }: Hit) => {
  const api = repositoryApi(call.links, repository);
  const url = `${api}/contents/${entry.path}?ref=${repository.defaultBranch}`;
  return {
    name: entry.name,
    path: entry.path,
    sha: entry.sha,
    url,
    git_url: `${api}/git/blobs/${entry.sha}`,
    html_url: `${repositoryHtml(call.links, repository)}/blob/${repository.defaultBranch}/${entry.path}`,
    repository: minimalRepositoryJson(call.world, call.links, repository),
    score: 1,
    ...(asksFor(call, "text-match")
      ? {
          text_matches: [
            { object_url: url, object_type: "FileContent", property: "content", fragment, matches: [] },
          ],
        }
      : {}),
  };
};

const searchCode = (call: Call): Reply => {
  callerLogin(call.caller);
  const text = call.query.q ?? "";
  const query = readQuery(text);
  const isLong = query.words.join(" ").length > 256;
  if (query.words.length === 0 || isLong) throw apiError(422, "Validation Failed");
  const found = searched(call, query).flatMap((repository) => hitsIn(repository, query));
  const { items } = pageOf(call, found);
  return ok({
    total_count: found.length,
    incomplete_results: false,
    items: items.map((hit) => hitJson(call, hit)),
  });
};

export const searchRoutes: readonly Route[] = [accountRoute("GET /search/code", searchCode, ["text-match"])];
