import { isExpertName } from "../definition/expert-name.ts";
import { definitionPath, indexFolder, indexPath } from "./index-path.ts";
import { scopePath } from "./scope-owners.ts";

/** A file as a commit holds it. */
export type TreeFile = {
  /** git's: `100644` is a plain file. */
  readonly mode: string;
  /** git's name of its content. */
  readonly id: string;
  readonly content: Uint8Array;
};

/** What a file of the index's folder is, by its path. */
export type IndexPlace =
  | { readonly type: "lines"; readonly name: string }
  | { readonly type: "definition"; readonly digest: string }
  /** With its `@`. */
  | { readonly type: "scope"; readonly scope: string }
  | { readonly type: "names" }
  /** For people, or how the registry is set up: its maintainers decide. */
  | { readonly type: "about" };

/** The searchable list of a registry's Experts, a JSON object a line, each beginning with its name. */
export const namesPath = `${indexFolder}/names.jsonl`;
export const configPath = `${indexFolder}/config.json`;

const about = ["README.md", "config.json", "schema.json", "known-bad.jsonl"].map(
  (name) => `${indexFolder}/${name}`,
);

/** @returns nothing for a file that has no business in that folder */
export const indexPlace = (path: string): IndexPlace | undefined => {
  if (path === namesPath) return { type: "names" };
  if (about.includes(path)) return { type: "about" };
  const [, name = ""] = /(@[^/]+\/[^/]+)\.jsonl$/.exec(path) ?? [];
  if (isExpertName(name) && path === indexPath(name)) return { type: "lines", name };
  const [, digest = ""] = /([0-9a-f]{64})\.toml$/.exec(path) ?? [];
  if (digest !== "" && path === definitionPath(digest)) return { type: "definition", digest };
  const [, scope = ""] = /\/([a-z0-9][a-z0-9_-]*)\.toml$/.exec(path) ?? [];
  return scope !== "" && path === scopePath(`@${scope}`) ? { type: "scope", scope: `@${scope}` } : undefined;
};
