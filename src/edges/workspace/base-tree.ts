import type { FileKind } from "../../outputs/workspace-change.ts";
import type { NeutralRepository } from "./neutral-repository.ts";

/** What a commit has at a path. */
export type BaseEntry = { readonly kind: FileKind; readonly id: string };

/** A commit's tree: its id, and its files by path. A path is a string with one character a byte, as git has it. */
export type BaseTree = { readonly id: string; readonly entries: ReadonlyMap<string, BaseEntry> };

const kindOfMode: Readonly<Record<string, FileKind>> = {
  "100644": "file",
  // Git once kept the group's right to write.
  "100664": "file",
  "100755": "executable",
  "120000": "link",
  "160000": "submodule",
};

export const modeOfKind: Readonly<Record<FileKind, string>> = {
  file: "100644",
  executable: "100755",
  link: "120000",
  submodule: "160000",
};

/** Level by level, so that git is started as often as there are levels. */
export const baseTree = async (repository: NeutralRepository, commit: string): Promise<BaseTree> => {
  const object = (await repository.read("commit", [commit])).get(commit);
  const id = /^tree ([0-9a-f]{40})\n/.exec(object?.toString("latin1", 0, 60) ?? "")?.[1] ?? "";
  const entries = new Map<string, BaseEntry>();
  let level: readonly Folder[] = [{ path: "", id }];
  while (level.length > 0) {
    const trees = await repository.read("tree", [...new Set(level.map((folder) => folder.id))]);
    level = level.flatMap((folder) => readFolder(folder, trees.get(folder.id) ?? Buffer.alloc(0), entries));
  }
  return { id, entries };
};

/** `path` ends with a slash, but for the root's, which is empty. */
type Folder = { readonly path: string; readonly id: string };

/** `<mode> <name>\0<20 bytes>`, again and again. @returns the folders in it */
const readFolder = ({ path }: Folder, data: Buffer, entries: Map<string, BaseEntry>): readonly Folder[] => {
  const folders: Folder[] = [];
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(" ", at);
    const end = data.indexOf(0, space);
    const mode = data.toString("latin1", at, space);
    const name = path + data.toString("latin1", space + 1, end);
    const id = data.toString("hex", end + 1, end + 21);
    const kind = kindOfMode[mode];
    if (kind === undefined) folders.push({ path: `${name}/`, id });
    else entries.set(name, { kind, id });
    at = end + 21;
  }
  return folders;
};
