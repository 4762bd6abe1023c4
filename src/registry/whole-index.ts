import { canonicalJson } from "../definition/canonical-json.ts";
import { ExpertStackError } from "../errors.ts";
import { type IndexState, readIndexFile } from "./index-file.ts";
import type { PublishLine } from "./index-line.ts";
import { definitionPath, sha256 } from "./index-path.ts";
import { indexPlace, namesPath, type TreeFile } from "./index-place.ts";
import { indexText } from "./index-text.ts";
import { knownBadPath, parseKnownBad } from "./known-bad.ts";
import { listedVersion, type NameLine, nameLine, renderNames } from "./names-list.ts";
import { type PublishedDefinition, readKeptDefinition } from "./published-definition.ts";
import { parseScopeFile } from "./scope-owners.ts";

/** Files of the index's folder at one commit, by path. */
export type IndexFiles = ReadonlyMap<string, TreeFile>;

/** An index that holds together. */
export type WholeIndex = { readonly states: ReadonlyMap<string, IndexState> };

/**
 * Reads a whole index and checks all of it: that each file is where it belongs, every chain, that each version's
 * definition is kept and is the one that its line says, and that the list of names is right.
 *
 * @throws ExpertStackError INDEX_CORRUPT, DIGEST_MISMATCH or PATH_ESCAPE, naming the file
 */
export const readWholeIndex = (files: IndexFiles): WholeIndex => {
  const states = new Map<string, IndexState>();
  for (const [path, file] of files) {
    const place = requirePlain(path, file);
    if (place.type === "lines")
      states.set(place.name, readIndexFile(indexText(file, path), { name: place.name, file: path }));
    if (place.type === "scope") parseScopeFile(indexText(file, path), path);
    if (path === knownBadPath) parseKnownBad(indexText(file, path), path);
    if (place.type === "definition" && sha256(file.content) !== place.digest) throw changed(path);
  }
  const used = new Set<string>();
  const names: NameLine[] = [];
  for (const state of states.values()) names.push(checkedName(files, { state, used }));
  for (const path of files.keys()) {
    if (indexPlace(path)?.type !== "definition" || used.has(path)) continue;
    throw damaged(path, "no version has this definition");
  }
  const listed = files.get(namesPath);
  if ((listed === undefined ? "" : indexText(listed, namesPath)) !== renderNames(names)) {
    throw damaged(namesPath, "it does not list what the index holds");
  }
  return { states };
};

/** @throws ExpertStackError PATH_ESCAPE for what is no plain file, INDEX_CORRUPT for one that does not belong there */
export const requirePlain = (path: string, { mode }: Pick<TreeFile, "mode">) => {
  if (mode !== "100644") {
    throw new ExpertStackError({
      code: "PATH_ESCAPE",
      message: `${path} is no plain file (its mode is ${mode}).`,
      remedy: "Have the registry's owners put a plain file in its place.",
    });
  }
  const place = indexPlace(path);
  if (place === undefined) throw damaged(path, "it is no file of an index");
  return place;
};

/** The definition that a line is about, if it is the one that the line says; its skills are not judged anew. */
export const definitionOf = (line: PublishLine, file: TreeFile | undefined): PublishedDefinition => {
  const path = definitionPath(line.sha256);
  if (file === undefined) throw damaged(path, `it is missing, and ${line.name}@${line.version} needs it`);
  const { name, version } = line;
  const definition = readKeptDefinition(file.content, { file: path, name, version });
  const { minRuntimeVersion, delegates, skills, endpoints, requiredEnv, allowedDomains } = line;
  const said = { name, version, sha256: line.sha256, size: line.size, delegates, skills, endpoints };
  const written = { ...said, requiredEnv, allowedDomains, minRuntimeVersion };
  const isSame = canonicalJson(written) === canonicalJson(definition.facts) && line.blob === file.id;
  if (!isSame) throw damaged(path, `it is not what the line of ${name}@${version} says of it`);
  return definition;
};

const checkedName = (
  files: IndexFiles,
  { state, used }: { readonly state: IndexState; readonly used: Set<string> },
): NameLine => {
  const listed = listedVersion(state);
  let name: NameLine | undefined;
  for (const { line } of state.versions.values()) {
    const path = definitionPath(line.sha256);
    used.add(path);
    const { expert } = definitionOf(line, files.get(path));
    if (listed?.line === line) name = nameLine(listed, expert);
  }
  if (name === undefined) throw damaged(state.name, "it has no version");
  return name;
};

const changed = (path: string): ExpertStackError =>
  new ExpertStackError({
    code: "DIGEST_MISMATCH",
    message: `${path} does not have the digest that it is named after.`,
    remedy: "Restore it from the history of the index.",
  });

const damaged = (where: string, because: string): ExpertStackError =>
  new ExpertStackError({
    code: "INDEX_CORRUPT",
    message: `${where}: the registry's index is damaged: ${because}.`,
    remedy: "Restore it from the history of the index; nothing in it is ever changed or taken away.",
  });
