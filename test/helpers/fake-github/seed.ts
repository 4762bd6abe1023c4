import { readFileSync } from "node:fs";
import { z } from "zod";
import { addCollaborator, addToken, addUser } from "./populate-people.ts";
import { addCommit, addRepository, addRun } from "./populate-repository.ts";
import { addComment, type NewAuthored, openIssue, openPullRequest } from "./populate-threads.ts";
import type { Issue, Repository, Token, World } from "./world.ts";

const Role = z.enum(["admin", "maintain", "write", "triage", "read", "none"]);

const Text = z.strictObject({ author: z.string(), body: z.string().optional() });

const NewIssue = Text.extend({
  title: z.string().optional(),
  labels: z.array(z.string()).optional(),
  comments: z.array(Text).optional(),
});

/** A file's text, `{ "path": … }` to read it from disk, or null to take it away. */
const File = z.union([z.string(), z.strictObject({ path: z.string() }), z.null()]);

const NewCommit = z.strictObject({
  branch: z.string().optional(),
  from: z.string().optional(),
  message: z.string().optional(),
  files: z.record(z.string(), File),
});

const NewRepository = z.strictObject({
  owner: z.string(),
  name: z.string(),
  visibility: z.enum(["public", "private"]).optional(),
  defaultBranch: z.string().optional(),
  forkOf: z.string().optional(),
  collaborators: z.record(z.string(), Role).optional(),
  commits: z.array(NewCommit).optional(),
  issues: z.array(NewIssue).optional(),
  pullRequests: z
    .array(
      NewIssue.extend({
        head: z.string(),
        headRepository: z.string().optional(),
        base: z.string().optional(),
        draft: z.boolean().optional(),
      }),
    )
    .optional(),
  runs: z
    .array(z.strictObject({ id: z.number(), actor: z.string(), triggeringActor: z.string() }))
    .optional(),
});
type NewRepository = z.infer<typeof NewRepository>;

/** A world as JSON: in order, so that a fork comes after what it forks and numbers are counted from one. */
export const Seed = z.strictObject({
  users: z.array(z.string()).optional(),
  repositories: z.array(NewRepository).optional(),
  tokens: z
    .array(
      z.strictObject({
        value: z.string().optional(),
        login: z.string().optional(),
        permissions: z.record(z.string(), z.enum(["read", "write"])),
        repositories: z.array(z.string()).optional(),
      }),
    )
    .optional(),
});
export type Seed = z.infer<typeof Seed>;

/** Drops what is undefined, which an exact optional property does not take. */
const defined = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } => {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return JSON.parse(JSON.stringify(Object.fromEntries(entries)));
};

const fileContent = (file: z.infer<typeof File>): string | Buffer | null =>
  file === null || typeof file === "string" ? file : readFileSync(file.path);

const seedComments = (
  world: World,
  repository: Repository,
  issue: Issue,
  comments: readonly z.infer<typeof Text>[],
): void => {
  for (const comment of comments) addComment(world, repository, issue, asText(comment));
};

const asText = ({ author, body }: z.infer<typeof Text>): NewAuthored =>
  body === undefined ? { author } : { author, body };

const seedRepository = (world: World, seed: NewRepository): void => {
  const { collaborators, commits, issues, pullRequests, runs, ...options } = seed;
  const repository = addRepository(world, defined(options));
  for (const [login, role] of Object.entries(collaborators ?? {}))
    addCollaborator(world, repository, login, role);
  for (const { files, ...commit } of commits ?? []) {
    const contents = Object.fromEntries(
      Object.entries(files).map(([path, file]) => [path, fileContent(file)]),
    );
    addCommit(world, repository, { ...defined(commit), files: contents });
  }
  for (const { comments, ...issue } of issues ?? []) {
    seedComments(world, repository, openIssue(world, repository, defined(issue)), comments ?? []);
  }
  for (const { comments, ...request } of pullRequests ?? []) {
    seedComments(world, repository, openPullRequest(world, repository, defined(request)), comments ?? []);
  }
  for (const run of runs ?? []) addRun(world, repository, run);
};

/** Adds all of it. @returns the tokens, in the seed's order */
export const seedWorld = (world: World, seed: Seed): readonly Token[] => {
  for (const login of seed.users ?? []) addUser(world, login);
  for (const repository of seed.repositories ?? []) seedRepository(world, repository);
  return (seed.tokens ?? []).map((token) => addToken(world, defined(token)));
};
