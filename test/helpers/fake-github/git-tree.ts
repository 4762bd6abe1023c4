import {
  type GitMode,
  type GitObjects,
  putObject,
  putTree,
  readTree,
  type TreeEntry,
} from "./git-objects.ts";

/** A file of a commit: text, bytes, or content with another mode than a plain file's (`120000`: a symlink). */
export type FileContent =
  | string
  | Uint8Array
  | { readonly mode: GitMode; readonly content: string | Uint8Array }
  | { readonly mode: "160000"; readonly sha: string };

export type Files = Readonly<Record<string, FileContent>>;

/** An entry with its whole path. */
export type PathEntry = TreeEntry & { readonly path: string };

const putFile = (objects: GitObjects, name: string, file: FileContent): TreeEntry => {
  if (typeof file === "object" && "sha" in file) return { mode: file.mode, name, sha: file.sha };
  const plain = typeof file === "string" || file instanceof Uint8Array;
  const content = plain ? file : file.content;
  const sha = putObject(objects, { type: "blob", data: Buffer.from(content) });
  return { mode: plain ? "100644" : file.mode, name, sha };
};

/** Writes the blobs and trees of these files. @returns the root tree's id */
export const putFiles = (objects: GitObjects, files: Files): string => {
  const folders = new Map<string, Record<string, FileContent>>();
  const entries: TreeEntry[] = [];
  for (const [path, file] of Object.entries(files)) {
    const [first = "", ...rest] = path.split("/");
    if (rest.length === 0) entries.push(putFile(objects, first, file));
    else {
      const inside = folders.get(first) ?? {};
      inside[rest.join("/")] = file;
      folders.set(first, inside);
    }
  }
  for (const [name, inside] of folders) entries.push({ mode: "40000", name, sha: putFiles(objects, inside) });
  return putTree(objects, entries);
};

/** The entry at a path, "" being the root itself. */
export const findEntry = (objects: GitObjects, root: string, path: string): PathEntry | undefined => {
  let entry: PathEntry = { mode: "40000", name: "", path: "", sha: root };
  for (const name of path.split("/").filter((part) => part !== "")) {
    const found = readTree(objects, entry.sha)?.find((candidate) => candidate.name === name);
    if (found === undefined) return undefined;
    entry = { ...found, path: entry.path === "" ? name : `${entry.path}/${name}` };
  }
  return entry;
};

/** Every entry below a tree, folders before what is in them. */
export const walkTree = (objects: GitObjects, root: string, prefix = ""): PathEntry[] =>
  (readTree(objects, root) ?? []).flatMap((entry) => {
    const path = `${prefix}${entry.name}`;
    const inside = entry.mode === "40000" ? walkTree(objects, entry.sha, `${path}/`) : [];
    return [{ ...entry, path }, ...inside];
  });

/** The files of a tree, ready to be written again with changes. */
export const readFiles = (objects: GitObjects, root: string): Files =>
  Object.fromEntries(
    walkTree(objects, root)
      .filter((entry) => entry.mode !== "40000")
      .map((entry): [string, FileContent] => [entry.path, readFile(objects, entry)]),
  );

const readFile = (objects: GitObjects, entry: PathEntry): FileContent => {
  if (entry.mode === "160000") return { mode: "160000", sha: entry.sha };
  const content = objects.get(entry.sha)?.data ?? Buffer.alloc(0);
  if (entry.mode === "100755" || entry.mode === "120000") return { mode: entry.mode, content };
  return content;
};
