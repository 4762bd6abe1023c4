import type { FoundCommit } from "./commit-graph.ts";
import type { FileDiff } from "./diff.ts";
import { type Links, repositoryApi, repositoryHtml } from "./links.ts";
import { nodeId } from "./populate-people.ts";
import type { Limits, Repository } from "./world.ts";

/** `commit`: authors are known by name and address only, so the account fields are null. */
export const commitJson = (links: Links, repository: Repository, commit: FoundCommit) => {
  const api = repositoryApi(links, repository);
  const html = repositoryHtml(links, repository);
  return {
    sha: commit.sha,
    node_id: `C_${commit.sha}`,
    commit: {
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      url: `${api}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: {
        verified: false,
        reason: "unsigned",
        signature: null,
        payload: null,
        verified_at: null,
      },
    },
    url: `${api}/commits/${commit.sha}`,
    html_url: `${html}/commit/${commit.sha}`,
    comments_url: `${api}/commits/${commit.sha}/comments`,
    author: null,
    committer: null,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/commits/${sha}`,
      html_url: `${html}/commit/${sha}`,
    })),
  };
};

/** `git-ref`: `ref` is the full name, the object what it points at, not peeled. */
export const refJson = (
  links: Links,
  repository: Repository,
  ref: { readonly name: string; readonly sha: string },
) => {
  const type = repository.objects.get(ref.sha)?.type ?? "commit";
  const api = repositoryApi(links, repository);
  return {
    ref: `refs/${ref.name}`,
    node_id: nodeId("REF", repository.id),
    url: `${api}/git/refs/${ref.name}`,
    object: { sha: ref.sha, type, url: `${api}/git/${type}s/${ref.sha}` },
  };
};

/**
 * `diff-entry` of each file. GitHub leaves `patch` out of a binary file, of one that only moved, and of what is
 * too large alone or after the files before it.
 */
export const diffEntriesJson = (
  links: Links,
  repository: Repository,
  change: { readonly files: readonly FileDiff[]; readonly headSha: string; readonly limits: Limits },
) => {
  const { files, headSha, limits } = change;
  let total = 0;
  return files.map((file) => {
    const size = Buffer.byteLength(file.patch);
    total += size;
    const shown = file.patch !== "" && size <= limits.patchBytes && total <= limits.totalPatchBytes;
    const path = file.path.split("/").map(encodeURIComponent).join("/");
    const html = repositoryHtml(links, repository);
    return {
      sha: file.sha,
      filename: file.path,
      status: file.status,
      additions: file.additions,
      deletions: file.deletions,
      changes: file.additions + file.deletions,
      blob_url: `${html}/blob/${headSha}/${path}`,
      raw_url: `${html}/raw/${headSha}/${path}`,
      contents_url: `${repositoryApi(links, repository)}/contents/${path}?ref=${headSha}`,
      ...(shown ? { patch: file.patch } : {}),
      ...(file.previousPath === undefined ? {} : { previous_filename: file.previousPath }),
    };
  });
};
