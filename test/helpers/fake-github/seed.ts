import { readFileSync } from "node:fs";
import { z } from "zod";
import { addCollaborator, addToken, addUser } from "./populate-people.ts";
import { addCommit, addRepository, addRun } from "./populate-repository.ts";
import { addComment, openIssue, openPullRequest } from "./populate-threads.ts";
import type { Issue, Repository, Token, World } from "./world.ts";

const Role = z.enum(["admin", "maintain", "write", "triage", "read", "none"]);

const Text = z.strictObject({ author: z.string(), body: z.string().exactOptional() });

const NewIssue = Text.extend({
  title: z.string().exactOptional(),
  labels: z.array(z.string()).exactOptional(),
  comments: z.array(Text).exactOptional(),
});

/** A file's text, `{ "path": … }` to read it from disk, or null to take it away. */
const File = z.union([z.string(), z.strictObject({ path: z.string() }), z.null()]);

const NewCommit = z.strictObject({
  branch: z.string().exactOptional(),
  from: z.string().exactOptional(),
  message: z.string().exactOptional(),
  files: z.record(z.string(), File),
});

const NewRepository = z.strictObject({
  owner: z.string(),
  name: z.string(),
  visibility: z.enum(["public", "private"]).exactOptional(),
  defaultBranch: z.string().exactOptional(),
  forkOf: z.string().exactOptional(),
  collaborators: z.record(z.string(), Role).exactOptional(),
  commits: z.array(NewCommit).exactOptional(),
  issues: z.array(NewIssue).exactOptional(),
  pullRequests: z
    .array(
      NewIssue.extend({
        head: z.string(),
        headRepository: z.string().exactOptional(),
        base: z.string().exactOptional(),
        draft: z.boolean().exactOptional(),
      }),
    )
    .exactOptional(),
  runs: z
    .array(z.strictObject({ id: z.number(), actor: z.string(), triggeringActor: z.string() }))
    .exactOptional(),
});
type NewRepository = z.infer<typeof NewRepository>;

/** A world as JSON: in order, so that a fork comes after what it forks and numbers are counted from one. */
export const Seed = z.strictObject({
  users: z.array(z.string()).exactOptional(),
  repositories: z.array(NewRepository).exactOptional(),
  tokens: z
    .array(
      z.strictObject({
        value: z.string().exactOptional(),
        login: z.string().exactOptional(),
        permissions: z.record(z.string(), z.enum(["read", "write"])),
        repositories: z.array(z.string()).exactOptional(),
      }),
    )
    .exactOptional(),
});
export type Seed = z.infer<typeof Seed>;

const fileContent = (file: z.infer<typeof File>): string | Buffer | null =>
  file === null || typeof file === "string" ? file : readFileSync(file.path);

const seedComments = (
  world: World,
  repository: Repository,
  issue: Issue,
  comments: readonly z.infer<typeof Text>[],
): void => {
  for (const comment of comments) addComment(world, repository, issue, comment);
};

const seedRepository = (world: World, seed: NewRepository): void => {
  const { collaborators, commits, issues, pullRequests, runs, ...options } = seed;
  const repository = addRepository(world, options);
  for (const [login, role] of Object.entries(collaborators ?? {}))
    addCollaborator(world, repository, login, role);
  for (const { files, ...commit } of commits ?? []) {
    const contents = Object.fromEntries(
      Object.entries(files).map(([path, file]) => [path, fileContent(file)]),
    );
    addCommit(world, repository, { ...commit, files: contents });
  }
  for (const { comments, ...issue } of issues ?? []) {
    seedComments(world, repository, openIssue(world, repository, issue), comments ?? []);
  }
  for (const { comments, ...request } of pullRequests ?? []) {
    seedComments(world, repository, openPullRequest(world, repository, request), comments ?? []);
  }
  for (const run of runs ?? []) addRun(world, repository, run);
};

/** Adds all of it. @returns the tokens, in the seed's order */
export const seedWorld = (world: World, seed: Seed): readonly Token[] => {
  for (const login of seed.users ?? []) addUser(world, login);
  for (const repository of seed.repositories ?? []) seedRepository(world, repository);
  return (seed.tokens ?? []).map((token) => addToken(world, token));
};
