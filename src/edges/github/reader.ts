import type { CodeHits, RepositoryContent, RepositoryReader, RunJob } from "../../run/reader-ports.ts";
import { asking, askingMaybe } from "./api-error.ts";
import { type GitHubAccess, type GitHubClient, gitHubQueries } from "./client.ts";
import { readDiscussion } from "./discussion.ts";
import { readJobLog } from "./job-log.ts";

type Rest = GitHubClient["rest"];
type Here = { readonly owner: string; readonly repo: string };

/** Reads the repository of `access` by GitHub's API. What the rate limits stop fails at once: an Expert can go on without. */
export const gitHubReader = (access: GitHubAccess): RepositoryReader => {
  const client = gitHubQueries(access);
  const { rest } = client;
  const { owner, repo } = access;
  const here = { owner, repo };
  return {
    content: (at, signal) => readContent(rest, { ...here, ...at }, signal),
    discussion: (of, signal) =>
      asking(`show the thread #${of.number}`, readDiscussion(client, { ...here, ...of }, signal)),
    searchCode: ({ query, page }, signal) => searchCode(rest, { q: query, page }, signal),
    jobs: (run, signal) => readJobs(rest, { ...here, run_id: run }, signal),
    jobLog: (job, signal) => readJobLog({ client, access }, job, signal),
  };
};

const readContent = async (
  { repos }: Rest,
  at: Here & { readonly path: string; readonly ref: string },
  signal: AbortSignal,
): Promise<RepositoryContent | undefined> => {
  const answer = await askingMaybe(`show ${at.path}`, repos.getContent({ ...at, request: { signal } }));
  if (answer === undefined) return undefined;
  const { data } = answer;
  if (Array.isArray(data)) {
    return { type: "folder", entries: data.map(({ name, type, size }) => ({ name, type, size })) };
  }
  if (data.type !== "file") return { type: "other", what: data.type };
  const { size } = data;
  // Above a megabyte GitHub leaves the content out.
  const isWhole = "content" in data && data.encoding === "base64";
  return { type: "file", size, ...(isWhole ? { bytes: Buffer.from(data.content, "base64") } : {}) };
};

const searchCode = async (
  { search }: Rest,
  of: { readonly q: string; readonly page: number },
  signal: AbortSignal,
): Promise<CodeHits> => {
  const mediaType = { format: "text-match" };
  const { data } = await asking(
    "search the code",
    search.code({ ...of, per_page: 20, mediaType, request: { signal } }),
  );
  return {
    total: data.total_count,
    isComplete: !data.incomplete_results,
    hits: data.items.map(({ repository, path, text_matches }) => ({
      repository: repository.full_name,
      path,
      fragments: (text_matches ?? []).flatMap(({ fragment }) => (fragment === undefined ? [] : [fragment])),
    })),
  };
};

const readJobs = async (
  { actions }: Rest,
  of: Here & { readonly run_id: number },
  signal: AbortSignal,
): Promise<readonly RunJob[] | undefined> => {
  const request = actions.listJobsForWorkflowRun({ ...of, per_page: 100, request: { signal } });
  const answer = await askingMaybe(`list the jobs of run ${of.run_id}`, request);
  return answer?.data.jobs.map(({ id, name, status, conclusion, steps }) => ({
    ...{ id, name, status },
    conclusion: conclusion ?? "none",
    failedSteps: (steps ?? []).flatMap((step) => (isFailed(step.conclusion) ? [step.name] : [])),
  }));
};

const isFailed = (conclusion: string | null): boolean =>
  conclusion !== null && !["success", "skipped", "neutral"].includes(conclusion);
