import { z } from "zod";
import { compareCommits, resolveCommit } from "./commit-graph.ts";
import { openPullRequest } from "./populate-threads.ts";
import { pullChange } from "./pull-change.ts";
import { apiError, created, type FieldError, type Reply, validationFailed } from "./reply.ts";
import { callerLogin, type RepositoryCall, type Route, repositoryRoute } from "./route.ts";
import { pullJson } from "./shape-pull.ts";

const Body = z.object({
  title: z.string(),
  head: z.string(),
  base: z.string(),
  body: z.string().optional(),
  draft: z.boolean().optional(),
});

const refused = (message: string, field = "head"): ReturnType<typeof validationFailed> =>
  validationFailed({ resource: "PullRequest", code: "custom", field, message } satisfies FieldError);

/** Of a branch of this repository; a fork's is never asked for. */
const createPull = async (call: RepositoryCall): Promise<Reply> => {
  const { repository, world } = call;
  const { title, head, base, body = "", draft = false } = Body.parse(call.body);
  const author = callerLogin(call.caller);
  if (author === "github-actions[bot]" && repository.actionsPullRequests === "refused")
    throw apiError(403, "GitHub Actions is not permitted to create or approve pull requests.");
  const from = resolveCommit(repository, `heads/${head}`);
  const to = resolveCommit(repository, `heads/${base}`);
  for (const [field, found] of [["head", from] as const, ["base", to] as const])
    if (found === undefined) throw validationFailed({ resource: "PullRequest", code: "invalid", field });
  if (title.trim() === "") throw refused("title is too short", "title");
  const isOpen = [...repository.issues.values()].some(
    ({ state, pull }) => state === "open" && pull?.headRef === head && pull.baseRef === base,
  );
  if (isOpen) throw refused(`A pull request already exists for ${repository.owner}:${head}.`);
  if (from !== undefined && to !== undefined) {
    const commits = compareCommits(repository.objects, to, from)?.commits ?? [];
    if (commits.length === 0) throw refused(`No commits between ${base} and ${head}`, "base");
  }
  const opened = openPullRequest(world, repository, { author, title, body, head, base, draft });
  return created(pullJson(call, opened, opened.pull, await pullChange(call, opened.pull)));
};

const pulls = { permissions: [{ pull_requests: "write" }] } as const;

export const newPullRoutes: readonly Route[] = [repositoryRoute("POST /pulls", pulls, createPull)];
