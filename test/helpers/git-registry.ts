import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { emptyIndex, lineAfter, readIndexFile } from "../../src/registry/index-file.ts";
import type { IndexEntry, PublishLine } from "../../src/registry/index-line.ts";
import { definitionPath, indexPath, sha256 } from "../../src/registry/index-path.ts";
import { type GitRepository, makeRepository, type WorkFiles } from "./git-repository.ts";

/** The git of this machine, by its absolute path. */
export const gitProgram = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();

/** A version as it is to be published. */
export type Publication = {
  readonly name: string;
  readonly version: string;
  /** The bytes of the definition; a small one by default. */
  readonly definition?: string | Uint8Array;
  readonly delegates?: PublishLine["delegates"];
  /** More of the line, or other things in it. */
  readonly line?: Partial<PublishLine>;
};

export type Published = {
  readonly tag: string;
  readonly commit: string;
  readonly blob: string;
  readonly sha256: string;
  readonly definition: Buffer;
};

/** A registry in a git repository of its own: definitions, tags and index on one branch. */
export type ScratchRegistry = GitRepository & {
  /** By `file://`, for who may. */
  readonly url: string;
  /** Commits and tags a definition, then appends its line and copies it into the index. */
  publish(publication: Publication): Published;
  /** Appends any line to the Expert's index file. */
  append(name: string, entry: IndexEntry): void;
  /** Writes many index files and definitions in one commit. */
  publishAll(publications: readonly Publication[]): void;
};

const at = "2026-01-31T00:00:00Z";

const minimalDefinition = (name: string, version: string): string =>
  `[experts."${name}"]\nversion = "${version}"\ninstruction = "Help."\n`;

/** @param repo where its lines say that they were published */
export const makeRegistry = (
  files: WorkFiles = { "README.md": "Experts\n" },
  repo = "registry.test/acme/experts",
): ScratchRegistry => {
  const repository = makeRepository({ files });
  const { directory } = repository;
  const stateOf = (name: string) => {
    const text = textOf(join(directory, indexPath(name)));
    return { text, state: text === "" ? emptyIndex(name) : readIndexFile(text, { name, file: name }) };
  };
  const appended = (name: string, entry: IndexEntry): WorkFiles => {
    const { text, state } = stateOf(name);
    return { [indexPath(name)]: text + lineAfter(state, entry) };
  };
  const indexed = (publication: Publication, commit: string): WorkFiles => {
    const published = lineOf(publication, { repo, commit });
    const copy = { [definitionPath(published.sha256)]: bytesOf(publication) };
    return { ...appended(publication.name, published), ...copy };
  };
  return {
    ...repository,
    url: `file://${directory}`,
    publish: (publication) => {
      const definition = bytesOf(publication);
      const commit = repository.commit({ [sourcePath(publication)]: definition }, "Publish");
      const tag = tagOf(publication);
      repository.git("tag", tag, commit);
      repository.commit(indexed(publication, commit), "Index");
      return { tag, commit, blob: blobId(definition), sha256: sha256(definition), definition };
    },
    append: (name, entry) => void repository.commit(appended(name, entry), "Append"),
    publishAll: (publications) => {
      const commit = repository.head();
      const all = publications.map((publication) => indexed(publication, commit));
      repository.commit(Object.assign({}, ...all), "Index");
    },
    [Symbol.dispose]: () => repository[Symbol.dispose](),
  };
};

const sourcePath = ({ name }: Publication): string => `experts/${name.replace("@", "")}.toml`;

const tagOf = ({ name, version }: Publication): string => `${name}@${version}`;

const bytesOf = ({ definition, name, version }: Publication): Buffer =>
  Buffer.from(definition ?? minimalDefinition(name, version));

const lineOf = (publication: Publication, from: { readonly repo: string; readonly commit: string }) => {
  const definition = bytesOf(publication);
  return {
    t: "publish",
    name: publication.name,
    version: publication.version,
    src: { ...from, repoId: 1, tag: tagOf(publication), path: sourcePath(publication) },
    blob: blobId(definition),
    sha256: sha256(definition),
    size: definition.length,
    delegates: publication.delegates ?? [],
    skills: [],
    endpoints: [],
    requiredEnv: [],
    allowedDomains: [],
    by: "gh:1",
    at,
    ...publication.line,
  } as const;
};

const blobId = (content: Buffer): string =>
  execFileSync(gitProgram, ["hash-object", "--stdin"], { input: content, encoding: "utf8", cwd: "/" }).trim();

const textOf = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};
