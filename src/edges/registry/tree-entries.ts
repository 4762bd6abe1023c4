import { UnusableClone } from "./unusable-clone.ts";

/** What a tree holds under one name. */
export type TreeEntry = {
  readonly type: "file" | "tree" | "symlink" | "submodule";
  /** Hexadecimal. */
  readonly id: string;
};

/**
 * Reads a tree object: `<mode> <name>\0<id>`, again and again.
 *
 * @throws UnusableClone where it is not of that form
 * @param idBytes 20, or 32 where objects are named by SHA-256
 */
export const treeEntries = (content: Buffer, idBytes: number): ReadonlyMap<string, TreeEntry> => {
  const entries = new Map<string, TreeEntry>();
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(" ", at);
    const end = content.indexOf(0, space);
    if (space < at || end < space || end + 1 + idBytes > content.length)
      throw new UnusableClone("a tree is damaged");
    const name = content.toString("utf8", space + 1, end);
    const id = content.toString("hex", end + 1, end + 1 + idBytes);
    entries.set(name, { type: typeOf(content.toString("latin1", at, space)), id });
    at = end + 1 + idBytes;
  }
  return entries;
};

const typeOf = (mode: string): TreeEntry["type"] => {
  if (/^0?4/.test(mode)) return "tree";
  if (mode.startsWith("12")) return "symlink";
  return mode.startsWith("16") ? "submodule" : "file";
};
