import { tmpdir } from "node:os";
import { gitRepository } from "../../src/edges/publishing/git-repository.ts";
import type { PublishLine } from "../../src/registry/index-line.ts";
import { indexFolder } from "../../src/registry/index-path.ts";
import type { TreeFile } from "../../src/registry/index-place.ts";
import { definitionFile } from "../../src/registry/publish-tag.ts";
import type { Account } from "../../src/registry/scope-owners.ts";
import { checkIndexChange } from "../../src/run/check-index.ts";
import type { RegistryRepository } from "../../src/run/publishing-ports.ts";
import { type GitRepository, makeRepository, type WorkFiles } from "./git-repository.ts";
import { ada, append, definitionText, indexOf, listNames, publishEntry, textIn } from "./index-world.ts";

/** A registry in which ada has published @acme/x, and whoever proposes a change of it. */
export type ProposingWorld = Disposable & {
  readonly git: GitRepository;
  readonly port: RegistryRepository;
  /** The index's folder as it is in what is checked out. */
  index(): Promise<Map<string, TreeFile>>;
  /** What `registry check` says of the change from `main` to what is checked out: how many files, or why not. */
  check(by?: Account): Promise<number | string>;
};

export const xText = (version: string, more = ""): string => definitionText("@acme/x", version, more);

/** Where a definition of this repository was published from. */
export const sourceOf = (name: string, commit: string): Partial<PublishLine["src"]> => ({
  repoId: 4711,
  commit,
  path: definitionFile(name),
});

export const asWritten = (files: ReadonlyMap<string, TreeFile>): WorkFiles =>
  Object.fromEntries([...files.keys()].map((path) => [path, textIn(files, path)]));

const registry = { id: 4711, repo: "github.com/acme/experts", defaultBranch: "main" };

export const startProposingWorld = (): ProposingWorld => {
  const git = makeRepository({ files: { [definitionFile("@acme/x")]: xText("1.0.0") } });
  const files = indexOf([]);
  append(files, publishEntry(xText("1.0.0"), ada.id, sourceOf("@acme/x", git.head())), xText("1.0.0"));
  listNames(files);
  git.commit(asWritten(files));
  const environment = { PATH: process.env.PATH ?? "", HOME: tmpdir() };
  const { signal } = new AbortController();
  const port = gitRepository({ directory: git.directory, git: "git", environment, signal }, tmpdir());
  return {
    ...{ git, port },
    index: async () => new Map(await port.files(git.head(), indexFolder)),
    check: async (by = ada) =>
      await checkIndexChange(port, {
        ...{ base: git.git("rev-parse", "main"), head: git.head(), by: [by], registry },
      }).then(
        ({ files: count }) => count,
        (error: Error) => `${"code" in error ? error.code : "?"}: ${error.message}`,
      ),
    [Symbol.dispose]: () => git[Symbol.dispose](),
  };
};
