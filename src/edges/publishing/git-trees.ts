import type { TreeFile } from "../../registry/index-place.ts";
import type { FileChange } from "../../registry/pure-append.ts";
import { branchPoint } from "./branch-commits.ts";
import { type GitCheckout, git } from "./git-command.ts";

type Entry = { readonly path: string; readonly mode: string; readonly id: string };

/** Files of a commit at and below a path. What is a folder at that path is none. */
export const treeFiles = async (
  checkout: GitCheckout,
  commit: string,
  path: string,
): Promise<ReadonlyMap<string, TreeFile>> => {
  const entries = await treeEntries(checkout, commit, path);
  const contents = await blobs(checkout, entries);
  return new Map(
    entries.map(({ path: at, mode, id }) => [
      at,
      { mode, id, content: contents.get(id) ?? new Uint8Array() },
    ]),
  );
};

export const treeEntries = async (
  checkout: GitCheckout,
  commit: string,
  path: string,
): Promise<readonly Entry[]> => {
  const listing = await git(checkout, ["ls-tree", "-r", "-z", "--full-tree", commit, "--", path]);
  return listing
    .toString("utf8")
    .split("\0")
    .flatMap((line) => {
      const [, mode, id, at] = /^(\d{6}) \w+ ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
      return mode === undefined || id === undefined || at === undefined ? [] : [{ path: at, mode, id }];
    });
};

/**
 * What a commit has changed below a folder since it left the other: no renames, each file for itself.
 *
 * @throws ExpertStackError PUBLISH_REFUSED where that depends on how the two are merged
 */
export const treeChanges = async (
  checkout: GitCheckout,
  { base, head, folder }: { readonly base: string; readonly head: string; readonly folder: string },
): Promise<readonly FileChange[]> => {
  const left = await branchPoint(checkout, { base, head, folder });
  if (left === undefined) return [];
  const args = ["diff-tree", "-r", "-z", "--no-renames", "--full-index", left, head, "--", folder];
  const fields = (await git(checkout, args)).toString("utf8").split("\0");
  const sides: { readonly path: string; readonly before: Entry; readonly after: Entry }[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [, oldMode = "", mode = "", oldId = "", id = ""] =
      /^:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) /.exec(fields[index] ?? "") ?? [];
    const path = fields[index + 1] ?? "";
    sides.push({ path, before: { path, mode: oldMode, id: oldId }, after: { path, mode, id } });
  }
  const contents = await blobs(
    checkout,
    sides.flatMap(({ before, after }) => [before, after]),
  );
  const file = ({ mode, id }: Entry): TreeFile | undefined =>
    isNothing(id) ? undefined : { mode, id, content: contents.get(id) ?? new Uint8Array() };
  return sides.map(({ path, ...side }) => {
    const [before, after] = [file(side.before), file(side.after)];
    return { path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
  });
};

const isNothing = (id: string): boolean => /^0+$/.test(id);

/** The bytes of what is a file or a link, all in one process; a submodule has none. */
const blobs = async (
  checkout: GitCheckout,
  entries: readonly Entry[],
): Promise<ReadonlyMap<string, Uint8Array>> => {
  const ids = new Set(entries.flatMap(({ mode, id }) => (mode === "160000" || isNothing(id) ? [] : [id])));
  if (ids.size === 0) return new Map();
  const output = await git(checkout, ["cat-file", "--batch"], { input: `${[...ids].join("\n")}\n` });
  const found = new Map<string, Uint8Array>();
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf("\n", at);
    const [id = "", type = "", size = "0"] = output.toString("latin1", at, end).split(" ");
    if (type !== "blob") throw new Error(`git does not have the object ${id}`);
    found.set(id, output.subarray(end + 1, end + 1 + Number(size)));
    at = end + 2 + Number(size);
  }
  return found;
};
