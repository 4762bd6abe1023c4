import { emptyIndex, lineAfter, readIndexFile } from "../../src/registry/index-file.ts";
import type { IndexEntry } from "../../src/registry/index-line.ts";
import { sha256 } from "../../src/registry/index-path.ts";

const signed = { by: "gh:1", at: "2026-01-01T00:00:00Z" };

/** A version of an Expert whose definition is the text. */
export const publishing = (
  name: string,
  version: string,
  {
    definition = `[experts."${name}"]\nversion = "${version}"\ninstruction = "Work."\n`,
    delegates = [],
    commit = "a".repeat(40),
    repo = "github.com/acme/experts",
    tag = `${name}@${version}`,
    path = "perstack.toml",
  }: {
    readonly definition?: string;
    readonly delegates?: [string, string][];
    readonly commit?: string;
    readonly repo?: string;
    readonly tag?: string;
    readonly path?: string;
  } = {},
): IndexEntry => ({
  ...{ t: "publish", name, version, ...signed, blob: "b".repeat(40), sha256: sha256(definition) },
  src: { repo, repoId: 1, tag, commit, path },
  size: Buffer.byteLength(definition),
  ...{ delegates, skills: [], endpoints: [], requiredEnv: [], allowedDomains: [] },
});

export const rating = (
  version: string,
  to: "available" | "deprecated" | "disabled",
  reason = "old",
): IndexEntry => ({
  ...{ t: "status", version, to, reason, ...signed },
});

export const tagging = (name: string, version: string): IndexEntry => ({
  t: "tag",
  name,
  version,
  ...signed,
});

/** An index file, each line after the one before; nothing is checked. */
export const indexText = (name: string, entries: readonly IndexEntry[]): string => {
  const heads: string[] = [];
  return entries
    .map((entry) => {
      const line = lineAfter({ ...emptyIndex(name), heads }, entry);
      heads.push(sha256(line.trimEnd()));
      return line;
    })
    .join("");
};

export const indexOf = (name: string, entries: readonly IndexEntry[]) =>
  readIndexFile(indexText(name, entries), { name, file: "index" });
