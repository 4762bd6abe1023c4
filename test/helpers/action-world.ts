import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addCollaborator, addToken } from "./fake-github/populate-people.ts";
import { addRepository } from "./fake-github/populate-repository.ts";
import { type FakeGitHub, startFakeGitHub } from "./fake-github/server.ts";
import type { Permissions, Repository, Token } from "./fake-github/world.ts";
import { type FakeResults, startFakeResults } from "./fake-results/server.ts";
import { type GitRepository, makeRepository, type WorkFiles } from "./git-repository.ts";
import { type ModelServer, type ScriptedAnswer, startModelServer } from "./model-server.ts";

/** Everything a step meets: GitHub, its results service, a model, a repository there and its checkout here. */
export type ActionWorld = AsyncDisposable & {
  readonly github: FakeGitHub;
  readonly repository: Repository;
  readonly results: FakeResults;
  readonly model: ModelServer;
  readonly checkout: GitRepository;
  /** A token as a job gets it: `github-actions[bot]`. */
  readonly token: Token;
  /** `RUNNER_TEMP`. */
  readonly temporary: string;
};

export type ActionWorldOptions = {
  /** Files of the default branch. */
  readonly files: WorkFiles;
  readonly answers: Parameters<typeof startModelServer>[0] | readonly ScriptedAnswer[];
  readonly visibility?: Repository["visibility"];
  readonly permissions?: Permissions;
};

/** `acme/widgets`, in which alice may write and bob is a stranger. */
export const startActionWorld = async (options: ActionWorldOptions): Promise<ActionWorld> => {
  const github = await startFakeGitHub();
  const results = await startFakeResults();
  const model = await startModelServer(options.answers);
  const checkout = makeRepository({ files: options.files });
  const temporary = mkdtempSync(join(tmpdir(), "expert-stack-runner-"));
  const { world } = github;
  const repository = addRepository(world, {
    owner: "acme",
    name: "widgets",
    visibility: options.visibility ?? "public",
  });
  checkout.mirrorTo(world, repository);
  addCollaborator(world, repository, "alice", "write");
  const token = addToken(world, {
    permissions: options.permissions ?? { contents: "read", issues: "write", pull_requests: "write" },
  });
  return {
    github,
    repository,
    results,
    model,
    checkout,
    token,
    temporary,
    [Symbol.asyncDispose]: async () => {
      checkout[Symbol.dispose]();
      rmSync(temporary, { recursive: true, force: true });
      await model[Symbol.asyncDispose]();
      await results[Symbol.asyncDispose]();
      await github[Symbol.asyncDispose]();
    },
  };
};
