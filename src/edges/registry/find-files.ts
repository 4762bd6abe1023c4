import { isRepositoryPath } from "../../definition/repository-path.ts";
import { ExpertStackError } from "../../errors.ts";
import type { GitObject } from "./object-reader.ts";
import { type TreeEntry, treeEntries } from "./tree-entries.ts";
import { UnusableClone } from "./unusable-clone.ts";

/** Asks for objects by their ids. */
type Ask = (ids: readonly string[]) => Promise<readonly (GitObject | undefined)[]>;

/**
 * The ids of the files at these paths, by path, those that are there. Trees are read one level of all paths at a time.
 *
 * @param where names the repository, for messages
 * @throws ExpertStackError PATH_ESCAPE when a path leads out of the tree: by its letters, a link, a submodule
 */
export const findFiles = async (
  paths: readonly string[],
  { root, ask, where }: { readonly root: string; readonly ask: Ask; readonly where: string },
): Promise<ReadonlyMap<string, string>> => {
  for (const path of paths) if (!isRepositoryPath(path)) throw escapes(path, where, "it leads out of it");
  const known = new Map<string, ReadonlyMap<string, TreeEntry>>();
  const found = new Map<string, string>();
  let open: readonly Step[] = paths.map((path) => ({ path, names: path.split("/"), tree: root }));
  while (open.length > 0) {
    await readTrees(open, known, ask);
    open = open.flatMap((step) => {
      const [name = "", ...names] = step.names;
      const entry = known.get(step.tree)?.get(name);
      if (entry === undefined) return [];
      if (entry.type === "symlink" || entry.type === "submodule")
        throw escapes(step.path, where, `${name} is a ${entry.type}`);
      if (names.length > 0) return entry.type === "tree" ? [{ ...step, names, tree: entry.id }] : [];
      if (entry.type === "tree") throw escapes(step.path, where, "it is a folder");
      found.set(step.path, entry.id);
      return [];
    });
  }
  // In the order they were asked for, however deep they lie.
  return new Map(
    paths.flatMap((path) => {
      const id = found.get(path);
      return id === undefined ? [] : [[path, id]];
    }),
  );
};

/** A path on its way: the names that are left, and the tree to look the first of them up in. */
type Step = { readonly path: string; readonly names: readonly string[]; readonly tree: string };

const readTrees = async (
  steps: readonly Step[],
  known: Map<string, ReadonlyMap<string, TreeEntry>>,
  ask: Ask,
): Promise<void> => {
  const wanted = [...new Set(steps.map(({ tree }) => tree))].filter((id) => !known.has(id));
  const trees = await ask(wanted);
  for (const [index, id] of wanted.entries()) {
    const tree = trees[index];
    // A fetch brings a commit with all its trees.
    if (tree?.type !== "tree") throw new UnusableClone(`the tree ${id} is missing`);
    known.set(id, treeEntries(tree.content, id.length / 2));
  }
};

const escapes = (path: string, where: string, because: string): ExpertStackError =>
  new ExpertStackError({
    code: "PATH_ESCAPE",
    message: `${where}: ${JSON.stringify(path)} is no file of the repository: ${because}.`,
    remedy: "Only regular files of a repository are read. Tell its owners.",
  });
