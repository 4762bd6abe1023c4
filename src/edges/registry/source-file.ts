import type { SourceFile } from "../../run/registry-ports.ts";
import type { BareClone } from "./bare-clone.ts";
import type { Clones } from "./clones.ts";
import { type Commit, fetchCommit, localCommit, readFiles } from "./commit-files.ts";
import { isRefName } from "./ref-name.ts";
import { unreachable } from "./unreachable.ts";

/** A file from where it was published, and the commit that it was read from; nothing where it is not there. */
export const sourceFile = async (
  clones: Clones,
  file: SourceFile,
  signal: AbortSignal,
): Promise<{ readonly commit: string; readonly content: Uint8Array } | undefined> =>
  await clones.use(file.address, signal, async (clone) => {
    const commit = await commitOf(clone, file, signal);
    if (commit === undefined) return undefined;
    const content = (await readFiles(clone, commit, { paths: [file.path], signal })).get(file.path);
    return content === undefined ? undefined : { commit: commit.id, content };
  });

const commitOf = async (
  clone: BareClone,
  { commit: id, tag }: SourceFile,
  signal: AbortSignal,
): Promise<Commit | undefined> => {
  const byId =
    id !== undefined && /^[0-9a-f]{40,64}$/.test(id) ? await commitById(clone, id, signal) : "absent";
  if (typeof byId !== "string") return byId;
  if (tag !== undefined && isRefName(tag)) {
    const byTag = await fetchCommit(clone, `refs/tags/${tag}`, signal);
    return typeof byTag === "string" ? undefined : byTag;
  }
  // That it gives none out says nothing about whether it is there.
  if (byId === "refused")
    throw unreachable({ type: "refused" }, { ...clone.address, options: clone.options, attempts: 1 });
  return undefined;
};

const commitById = async (
  clone: BareClone,
  id: string,
  signal: AbortSignal,
): Promise<Commit | "absent" | "refused"> =>
  (await localCommit(clone, { id, from: id }, signal)) ?? (await fetchCommit(clone, id, signal));
