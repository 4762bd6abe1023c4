import type { PathEntry } from "./git-tree.ts";
import { type Links, repositoryApi, repositoryHtml } from "./links.ts";
import type { Repository } from "./world.ts";

export type ContentType = "file" | "dir" | "symlink" | "submodule";

export const contentType = (entry: PathEntry): ContentType => {
  if (entry.mode === "40000") return "dir";
  if (entry.mode === "160000") return "submodule";
  return entry.mode === "120000" ? "symlink" : "file";
};

/** What a file, a folder and an item of a folder's list have in common. */
export const contentJson = (
  links: Links,
  repository: Repository,
  found: { readonly entry: PathEntry; readonly ref: string },
) => {
  const { entry, ref } = found;
  const type = contentType(entry);
  const path = entry.path.split("/").map(encodeURIComponent).join("/");
  const api = repositoryApi(links, repository);
  const html = repositoryHtml(links, repository);
  const self = `${api}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const git = `${api}/git/${type === "dir" ? "trees" : "blobs"}/${entry.sha}`;
  const page = `${html}/${type === "dir" ? "tree" : "blob"}/${ref}/${path}`;
  return {
    name: entry.name,
    path: entry.path,
    sha: entry.sha,
    size: type === "file" || type === "symlink" ? (repository.objects.get(entry.sha)?.data.length ?? 0) : 0,
    url: self,
    html_url: page,
    git_url: type === "submodule" ? null : git,
    download_url: type === "file" || type === "symlink" ? `${html}/raw/${ref}/${path}` : null,
    type,
    _links: { self, git: type === "submodule" ? null : git, html: page },
  };
};

/** Base64 in lines of 60 characters, each ended by a newline, as GitHub sends it. */
export const base64Lines = (data: Buffer): string => data.toString("base64").replace(/.{1,60}/g, "$&\n");
