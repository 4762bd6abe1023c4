import { createHash } from "node:crypto";
import { emptyIndex, lineAfter, readIndexFile } from "../../src/registry/index-file.ts";
import type { IndexEntry, PublishLine } from "../../src/registry/index-line.ts";
import { definitionPath, indexPath } from "../../src/registry/index-path.ts";
import { namesPath, type TreeFile } from "../../src/registry/index-place.ts";
import { listedVersion, nameLine, renderNames } from "../../src/registry/names-list.ts";
import { readKeptDefinition } from "../../src/registry/published-definition.ts";
import { type Account, renderScopeFile, scopePath } from "../../src/registry/scope-owners.ts";

export const ada: Account = { id: 1815, login: "ada" };
export const eve: Account = { id: 666, login: "eve" };

export const definitionText = (name: string, version: string, more = ""): string =>
  `[experts."${name}"]\nversion = "${version}"\ninstruction = "Look."\n${more}`;

export const plainFile = (text: string): TreeFile => {
  const content = Buffer.from(text);
  const id = createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
  return { mode: "100644", id, content };
};

/** The line that publishes a definition, before it has its place. @param from over where it says it comes from */
export const publishEntry = (
  text: string,
  by: number = ada.id,
  from: Partial<PublishLine["src"]> = {},
): IndexEntry => {
  const file = plainFile(text);
  const { facts } = readKeptDefinition(file.content, { file: "x.toml" });
  const src = { repo: "github.com/acme/experts", repoId: 1, commit: "a".repeat(40), path: "x.toml" };
  const tag = `${facts.name}@${facts.version}`;
  const about = { src: { ...src, tag, ...from }, blob: file.id, by: `gh:${by}`, at: "2026-11-26T00:00:00Z" };
  return { t: "publish", ...facts, ...about };
};

export const statusEntry = (version: string, to: "deprecated" | "disabled"): IndexEntry => ({
  ...{ t: "status", version, to, reason: "It is old.", by: `gh:${ada.id}`, at: "2026-11-26T00:00:00Z" },
});

/** An index as files: whatever was published, with the scope of ada. */
export const indexOf = (texts: readonly string[]): Map<string, TreeFile> => {
  const files = new Map([[scopePath("@acme"), plainFile(renderScopeFile("@acme", ada))]]);
  for (const text of texts) append(files, publishEntry(text), text);
  listNames(files);
  return files;
};

/** Adds a line to the file of its Expert, or of the first one, and its definition where it is given. */
export const append = (files: Map<string, TreeFile>, entry: IndexEntry, text?: string): void => {
  const name = entry.t === "publish" ? String(entry.name) : (namesIn(files)[0] ?? "");
  const old = textIn(files, indexPath(name));
  const state = old === "" ? emptyIndex(name) : readIndexFile(old, { name, file: "index" });
  files.set(indexPath(name), plainFile(old + lineAfter(state, entry)));
  if (entry.t === "publish" && text !== undefined)
    files.set(definitionPath(String(entry.sha256)), plainFile(text));
};

export const listNames = (files: Map<string, TreeFile>): void => {
  const lines = namesIn(files).flatMap((name) => {
    const state = readIndexFile(textIn(files, indexPath(name)), { name, file: "index" });
    const listed = listedVersion(state);
    const definition = listed && files.get(definitionPath(listed.line.sha256));
    if (listed === undefined || definition === undefined) return [];
    return [nameLine(listed, readKeptDefinition(definition.content, { file: "x.toml" }).expert)];
  });
  files.set(namesPath, plainFile(renderNames(lines)));
};

export const textIn = (files: ReadonlyMap<string, TreeFile>, path: string): string =>
  Buffer.from(files.get(path)?.content ?? "").toString();

const namesIn = (files: ReadonlyMap<string, TreeFile>): readonly string[] =>
  [...files.keys()].flatMap((path) => /@[^/]+\/[^/]+(?=\.jsonl$)/.exec(path)?.slice() ?? []);
