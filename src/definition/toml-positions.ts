import { type TomlNode, tomlTree } from "./toml-tree.ts";

/** Keys and array indexes from the top of a document to one of its values. */
export type KeyPath = readonly (string | number)[];

/** Both count from 1; columns are UTF-16 code units, as editors and GitHub's annotations count them. */
export type Position = { readonly line: number; readonly column: number };

/**
 * Where things stand in a TOML text.
 *
 * - `key`: the last part of the path as written: in its header for a table, the element for an array's element.
 * - `value`: what follows the `=`; for a table its header's bracket or its brace, else wherever it is first
 *   named; for the whole document its start.
 *
 * A path that is not in the text is answered with its nearest ancestor's position.
 */
export type TomlPositions = Readonly<Record<"key" | "value", (path: KeyPath) => Position>>;

/** @param text a document without byte order mark that smol-toml has parsed: what it refuses is not looked for here */
export const tomlPositions = (text: string): TomlPositions => {
  const root = tomlTree(text);
  const lineStarts = lineStartsOf(text);
  const at = (path: KeyPath, offsetOf: (node: TomlNode) => number): Position =>
    positionOf(lineStarts, offsetOf(nearestNode(root, path)));
  return {
    key: (path) => at(path, (node) => node.key ?? node.value ?? 0),
    value: (path) => at(path, (node) => node.value ?? node.key ?? 0),
  };
};

const nearestNode = (root: TomlNode, path: KeyPath): TomlNode => {
  let node = root;
  for (const part of path) {
    const child = node.children.get(String(part));
    if (child === undefined) return node;
    node = child;
  }
  return node;
};

const lineStartsOf = (text: string): readonly number[] => [
  0,
  ...Array.from(text.matchAll(/\n/g), (match) => match.index + 1),
];

const positionOf = (lineStarts: readonly number[], offset: number): Position => {
  const next = lineStarts.findIndex((start) => start > offset);
  const line = next === -1 ? lineStarts.length : next;
  return { line, column: offset - (lineStarts[line - 1] ?? 0) + 1 };
};
