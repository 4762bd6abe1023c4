import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emptyIndex, lineAfter } from "../../src/registry/index-file.ts";
import { definitionPath, indexPath, sha256 } from "../../src/registry/index-path.ts";
import { namesPath } from "../../src/registry/index-place.ts";
import { type NameLine, renderNames } from "../../src/registry/names-list.ts";
import { blobId } from "../../src/registry/object-id.ts";
import { publishTagOf } from "../../src/registry/publish-tag.ts";
import { renderScopeFile, scopePath } from "../../src/registry/scope-owners.ts";
import { gitProgram } from "./git-registry.ts";

export type LargeRegistry = Disposable & {
  readonly directory: string;
  readonly names: readonly string[];
  /** Names with a tag of 1.0.0 that the index does not have yet. */
  readonly waiting: readonly string[];
};

export const owner = { id: 1815, login: "ada" } as const;
export const repository = { id: 4711, repo: "registry.test/bench/experts", defaultBranch: "main" } as const;

const at = "2026-11-26T00:00:00Z";

/**
 * A registry of many Experts with some versions each, in a repository with one commit and no work tree.
 *
 * @param size.waiting tags that are still to be published
 */
export const makeLargeRegistry = (size: {
  readonly experts: number;
  readonly versions: number;
  readonly waiting: number;
}): LargeRegistry => {
  const directory = mkdtempSync(join(tmpdir(), "bench-registry-"));
  const git = (args: readonly string[], input = ""): string => {
    const { status, stdout, stderr } = spawnSync(gitProgram, args, {
      cwd: directory,
      input,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  };
  const names = Array.from({ length: size.experts }, (_, index) => `@bench/expert-${index}`);
  const waiting = Array.from({ length: size.waiting }, (_, index) => `@bench/waiting-${index}`);
  git(["init", "--quiet", "--initial-branch", "main"]);
  git(["fast-import", "--quiet"], imported(filesOf(names, waiting, size.versions)));
  for (const name of waiting) git(["tag", publishTagOf(name, "1.0.0"), "main"]);
  // Pushes to it find no work tree to be out of step with.
  git(["config", "core.bare", "true"]);
  return {
    ...{ directory, names, waiting },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
};

const filesOf = (
  names: readonly string[],
  waiting: readonly string[],
  versions: number,
): ReadonlyMap<string, string> => {
  const files = new Map([[scopePath("@bench"), renderScopeFile("@bench", owner)]]);
  for (const name of names) {
    let text = "";
    const heads: string[] = [];
    for (let minor = 0; minor < versions; minor++) {
      const definition = definitionOf(name, `1.${minor}.0`);
      const line = lineAfter({ ...emptyIndex(name), heads }, entryOf(name, `1.${minor}.0`, definition));
      text += line;
      heads.push(sha256(line.trimEnd()));
      files.set(definitionPath(sha256(definition)), definition);
      // Where its author changes it from version to version.
      files.set(sourceOf(name), definition);
    }
    files.set(indexPath(name), text);
  }
  for (const name of waiting) files.set(sourceOf(name), definitionOf(name, "1.0.0"));
  return files.set(namesPath, renderNames(names.map((name) => nameOf(name, `1.${versions - 1}.0`))));
};

const sourceOf = (name: string): string => `experts/${name.slice(1)}.toml`;

const nameOf = (name: string, version: string): NameLine => ({
  ...{ v: 1, name, version, status: "available", description: `Is ${name}.`, tags: [] },
});

/** About a kilobyte, no two alike. */
const definitionOf = (name: string, version: string): string => {
  const words = sha256(`${name} ${version}`).match(/.{4}/g) ?? [];
  const instruction = Array.from({ length: 12 }, (_, line) =>
    words.map((word) => `${word}${line}`).join(" "),
  );
  return `[experts."${name}"]\nversion = "${version}"\ndescription = "Is ${name}."\ninstruction = """\n${instruction.join("\n")}\n"""\n`;
};

const entryOf = (name: string, version: string, definition: string) => {
  const bytes = Buffer.from(definition);
  const src = { repo: repository.repo, repoId: repository.id, tag: publishTagOf(name, version) };
  return {
    ...{ t: "publish", name, version, src: { ...src, commit: "a".repeat(40), path: sourceOf(name) } },
    ...{ blob: blobId(bytes, "sha1"), sha256: sha256(bytes), size: bytes.length },
    ...{ delegates: [], skills: [], endpoints: [], requiredEnv: [], allowedDomains: [] },
    ...{ by: `gh:${owner.id}`, at },
  } as const;
};

/** One commit, as `git fast-import` reads it. */
const imported = (files: ReadonlyMap<string, string>): string => {
  const parts = ["commit refs/heads/main\ncommitter Ada <ada@example.com> 1767225600 +0000\ndata 5\nIndex\n"];
  for (const [path, content] of files)
    parts.push(`M 100644 inline ${path}\ndata ${Buffer.byteLength(content)}\n${content}\n`);
  return parts.join("");
};
