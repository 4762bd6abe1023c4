import { ExpertStackError } from "../errors.ts";
import { type ApiExpert, apiExperts, latestOf, wordsOf } from "./api-expert.ts";
import type { IndexState } from "./index-file.ts";
import { definitionPath } from "./index-path.ts";
import { readKeptDefinition } from "./published-definition.ts";
import { scopeOf } from "./scope-owners.ts";
import type { IndexFiles, WholeIndex } from "./whole-index.ts";

/** The folder that holds everything. */
const apiFolder = "api/registry/v1";

/** Keeps Jekyll from looking at the files. */
const noJekyll = ".nojekyll";

/** Whether a file is one that a folder with nothing but an API holds. */
export const isApiFile = (path: string): boolean => path === noJekyll || path.startsWith(`${apiFolder}/`);

/**
 * Registry API v1 as files that any web host serves as they are.
 *
 * A host answers a path with the file of that name, or with the `index.html` of a folder of that name, to which it
 * sends who leaves out the last slash. So `experts/` and `experts/@scope/name` are folders with an `index.html` in
 * which there is JSON, and what lies in them are plain files: `versions`, and beside them `@scope/name@1.2.3`. Each is
 * there a second time with `.json` at its end, for hosts that tell a type by it. `definitions/<sha256>.toml` are the
 * bytes that an `id` is the digest of.
 *
 * @returns file contents by path, sorted
 */
export const staticApi = (
  { states }: WholeIndex,
  files: IndexFiles,
): ReadonlyMap<string, string | Uint8Array> => {
  const since = firstPublished(states.values());
  const answers: [string, string | Uint8Array][] = [[noJekyll, ""]];
  const latest: ApiExpert[] = [];
  for (const state of [...states.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const versions = apiExperts(state, {
      since: since.get(scopeOf(state.name)) ?? "",
      definitionOf: ({ line }) => definitionOf(files, line),
    });
    answers.push(...answersOf(state, versions));
    for (const { id } of versions) {
      answers.push([`${apiFolder}/definitions/${id}.toml`, contentOf(files, id)]);
    }
    latest.push(...versions.filter(({ version }) => version === latestOf(state)));
  }
  const meta = { total: latest.length, take: latest.length, skip: 0 };
  answers.push(...inFolder("experts", { data: { experts: latest }, meta }));
  return new Map(answers.sort(([a], [b]) => (a < b ? -1 : 1)));
};

type Answer = [string, string];

const answersOf = (state: IndexState, versions: readonly ApiExpert[]): readonly Answer[] => {
  const path = `experts/${state.name}`;
  const latest = latestOf(state);
  const byVersion = new Map(versions.map((expert) => [expert.version, expert]));
  const all = { data: { versions, latest }, meta: { total: versions.length } };
  return [
    ...inFolder(path, { data: { expert: byVersion.get(latest) } }),
    ...asFile(`${path}/versions`, all),
    ...versions.flatMap((expert) => asFile(`experts/${expert.key}`, { data: { expert } })),
    ...[...wordsOf(state)].flatMap(([word, version]) =>
      asFile(`${path}@${word}`, { data: { expert: byVersion.get(version) } }),
    ),
  ];
};

const asFile = (path: string, value: unknown): readonly Answer[] => [
  [`${apiFolder}/${path}`, json(value)],
  [`${apiFolder}/${path}.json`, json(value)],
];

const inFolder = (path: string, value: unknown): readonly Answer[] => [
  [`${apiFolder}/${path}/index.html`, json(value)],
  [`${apiFolder}/${path}.json`, json(value)],
];

/** A host calls an `index.html` a page: what an Expert's text holds must not become one. */
const json = (value: unknown): string =>
  `${JSON.stringify(value).replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)}\n`;

const definitionOf = (files: IndexFiles, line: { readonly name: string; readonly sha256: string }) =>
  readKeptDefinition(contentOf(files, line.sha256), {
    file: definitionPath(line.sha256),
    name: line.name,
  }).expert;

const contentOf = (files: IndexFiles, digest: string): Uint8Array => {
  const file = files.get(definitionPath(digest));
  if (file !== undefined) return file.content;
  throw new ExpertStackError({
    code: "INDEX_CORRUPT",
    message: `${definitionPath(digest)} is missing.`,
    remedy: "Restore it from the history of the index.",
  });
};

const firstPublished = (states: Iterable<IndexState>): ReadonlyMap<string, string> => {
  const since = new Map<string, string>();
  for (const { name, versions } of states) {
    for (const { line } of versions.values()) {
      const before = since.get(scopeOf(name));
      if (before === undefined || line.at < before) since.set(scopeOf(name), line.at);
    }
  }
  return since;
};
