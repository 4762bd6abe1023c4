import { ExpertStackError } from "../errors.ts";
import { readIndexFile } from "./index-file.ts";
import type { PublishLine } from "./index-line.ts";
import { definitionPath, sha256 } from "./index-path.ts";
import { type IndexPlace, indexPlace, type TreeFile } from "./index-place.ts";
import { indexText } from "./index-text.ts";
import { readNewDefinition } from "./published-definition.ts";
import { requireDistinctName, requireName } from "./published-name.ts";
import { type Account, parseScopeFile, requireOwners, scopeOf } from "./scope-owners.ts";
import { isVersionWord } from "./version-word.ts";
import { definitionOf, requirePlain } from "./whole-index.ts";

/** A file of the index's folder that a change adds, changes or takes away. */
export type FileChange = { readonly path: string; readonly before?: TreeFile; readonly after?: TreeFile };

export type ProposedChange = {
  readonly changes: readonly FileChange[];
  /** Whoever asks for it: its author, and whoever pushed it. */
  readonly by: readonly [Account, ...Account[]];
  /** Before the change: numbers by scope, with its `@`. */
  readonly owners: ReadonlyMap<string, ReadonlySet<number>>;
  /** Before the change. */
  readonly names: readonly string[];
};

/**
 * Whether a change of an index only adds to it, and who asks for it owns what it adds to: lines after those that are
 * there, definitions of those lines, scopes that are new, owners of one's own scope. README.md, config.json,
 * schema.json and known-bad.jsonl are left to whoever reviews the change, and `names.jsonl` to the check of the whole
 * index.
 *
 * @returns the lines that publish a version
 * @throws ExpertStackError INDEX_REWOUND, INDEX_CORRUPT, PUBLISH_REFUSED, DIGEST_MISMATCH, PATH_ESCAPE, NAME_INVALID,
 *   NAME_CONFUSABLE, and what a definition is refused for
 */
export const requirePureAppend = (proposed: ProposedChange): readonly PublishLine[] => {
  const added = new Map(
    proposed.changes.flatMap(({ path, after }) => (after ? [[path, after] as const] : [])),
  );
  const published: PublishLine[] = [];
  for (const change of proposed.changes) {
    const { path, before, after } = change;
    const place = requirePlain(path, after ?? { mode: "100644" });
    if (place.type === "about" || place.type === "names") continue;
    if (after === undefined) throw rewound(path, "is taken away");
    if (place.type === "scope") scopeChange(proposed, { scope: place.scope, path, after });
    if (place.type === "definition" && before !== undefined) throw rewound(path, "is changed");
    if (place.type === "lines")
      published.push(...appendedLines(proposed, { name: place.name, path, before, after, added }));
  }
  const used = new Set(published.map((line) => definitionPath(line.sha256)));
  const unused = proposed.changes.find(
    ({ path }) =>
      path.endsWith(".toml") &&
      requirePlain(path, { mode: "100644" }).type === "definition" &&
      !used.has(path),
  );
  if (unused !== undefined) throw notPure(`${unused.path} is the definition of no version that is added`);
  return published;
};

const byButton =
  ' Whoever pushed to the branch last takes part, too, and the button "Update branch" is a push of who clicked it.';

type Lines = {
  readonly name: string;
  readonly path: string;
  readonly before: TreeFile | undefined;
  readonly after: TreeFile;
  readonly added: ReadonlyMap<string, TreeFile>;
};

/** @returns the new lines that publish a version */
const appendedLines = (proposed: ProposedChange, lines: Lines): readonly PublishLine[] => {
  const { name, path, before, after, added } = lines;
  requireOwners(scopeOf(name), proposed.owners.get(scopeOf(name)), proposed.by, byButton);
  const [old, text] = [before === undefined ? "" : indexText(before, path), indexText(after, path)];
  if (!text.startsWith(old)) throw rewound(path, "loses or changes lines");
  if (before === undefined) {
    requireName(name);
    const names = addedPlaces(proposed).flatMap((place) => (place.type === "lines" ? [place.name] : []));
    requireDistinctName(name, [...proposed.names, ...names]);
  }
  const state = readIndexFile(text, { name, file: path });
  const count = old.split("\n").length - 1;
  const fresh = new Set(state.heads.slice(count));
  const authors = new Set(proposed.by.map(({ id }) => `gh:${id}`));
  for (const line of text.split("\n").slice(count, -1)) {
    const value = JSON.parse(line);
    // Of a key that is there twice one reader takes the first and another the last.
    if (JSON.stringify(value) !== line)
      throw notPure(`${path} gets a line that is not as the registry writes it`);
    if (value.t === "tag" && !isVersionWord(String(value.name)))
      throw notPure(`${path} gets the word ${value.name}, which nobody sets`);
    const by: unknown = value.by;
    if (typeof by !== "string" || !authors.has(by))
      throw notPure(`${path} gets a line by ${by}, who does not ask for it`);
  }
  return [...state.versions.values()].flatMap(({ line }) => {
    if (!fresh.has(sha256(text.split("\n")[line.seq - 1] ?? ""))) return [];
    const definition = added.get(definitionPath(line.sha256));
    definitionOf(line, definition);
    const { name: of, version } = line;
    readNewDefinition(definition?.content ?? new Uint8Array(), { file: path, name: of, version });
    return [line];
  });
};

/** What comes to be: two names or scopes of one change may read alike, too. */
const addedPlaces = ({ changes }: ProposedChange): readonly IndexPlace[] =>
  changes.flatMap(({ path, before }) => {
    const place = before === undefined ? indexPlace(path) : undefined;
    return place === undefined ? [] : [place];
  });

const scopeChange = (
  proposed: ProposedChange,
  { scope, path, after }: { readonly scope: string; readonly path: string; readonly after: TreeFile },
): void => {
  const { owners, by } = proposed;
  const now = parseScopeFile(indexText(after, path), path);
  if (!owners.has(scope)) {
    requireName(`${scope}/x`);
    const scopes = addedPlaces(proposed).flatMap((place) => (place.type === "scope" ? [place.scope] : []));
    requireDistinctName(scope, [...owners.keys(), ...scopes]);
  }
  // Whoever owns it by now, also where the change began before there was its file.
  requireOwners(scope, owners.get(scope) ?? now, by, byButton);
};

const rewound = (path: string, what: string): ExpertStackError =>
  new ExpertStackError({
    code: "INDEX_REWOUND",
    message: `${path} ${what}, where only new lines and new definitions may come.`,
    remedy: "Restore it. A version that should not be used any more gets a line that says so.",
  });

const notPure = (what: string): ExpertStackError =>
  new ExpertStackError({
    code: "PUBLISH_REFUSED",
    message: `${what}.`,
    remedy: "Publish by a tag, and leave the index to the registry's own workflow.",
  });
