import { setTimeout as sleep } from "node:timers/promises";
import { ExpertStackError } from "../../errors.ts";
import type { PublishablePullRequest } from "../../outputs/kinds/pull-request.ts";
import type { CodeOutputs } from "../../run/github-ports.ts";
import { asking, askingMaybe, statusOf } from "./api-error.ts";
import { type GitHubAccess, type GitHubClient, gitHubQueries } from "./client.ts";
import { contentsWrite, type Here, newCommit, refused } from "./new-commit.ts";
import { pauses } from "./posting.ts";

/**
 * Branches, commits and pull requests by GitHub's Git data API: no checkout, and no credential in one. Objects that no
 * branch points at notify nobody, so they go by a client that does not wait a second between two.
 */
export const gitHubCodeOutputs = (client: GitHubClient, access: GitHubAccess): CodeOutputs => {
  const { owner, repo } = access;
  const here = { owner, repo };
  const clients = { quick: gitHubQueries(access), patient: client };
  return {
    async openPullRequest(wanted) {
      const base = wanted.base ?? (await defaultBranch(client, here));
      await refuseTaken(client, here, wanted.branch);
      await refuseOffBase(client, here, { base, commit: wanted.change.base });
      const sha = await newCommit(clients, here, wanted);
      await newBranch(client, here, { branch: wanted.branch, sha });
      const opened = await openOrUndo(client, here, { ...wanted, base });
      await addLabels(client, here, { ...opened, labels: wanted.labels });
      return { url: opened.url };
    },
    async push({ head, change, message }) {
      await refuseMoved(client, here, head);
      const sha = await newCommit(clients, here, { change, message });
      const to = { ...here, ref: `heads/${head.branch}`, sha, force: false };
      try {
        await client.rest.git.updateRef(to);
      } catch (error) {
        if (statusOf(error) === 422) throw moved(head.branch, "while the commit was made");
        await asking(`push to ${head.branch}`, Promise.reject(error), contentsWrite);
      }
      return { commit: sha };
    },
  };
};

const kept = "The job's artifact holds the change as `outputs/changes.patch`.";

const defaultBranch = async ({ rest }: GitHubClient, here: Here): Promise<string> =>
  (await asking("show the repository", rest.repos.get(here))).data.default_branch;

const headOf = async ({ rest }: GitHubClient, here: Here, branch: string): Promise<string | undefined> => {
  const found = await askingMaybe(
    `show the branch ${branch}`,
    rest.git.getRef({ ...here, ref: `heads/${branch}` }),
  );
  return found?.data.object.sha;
};

const taken = (branch: string): ExpertStackError =>
  refused(
    `There is a branch ${branch} already, and the runner changes none that is there.`,
    `Delete it, or let the Expert choose a name of its own. ${kept}`,
  );

const refuseTaken = async (client: GitHubClient, here: Here, branch: string): Promise<void> => {
  if ((await headOf(client, here, branch)) !== undefined) throw taken(branch);
};

/** A commit that is not on the base would bring others along, which nobody has allowed: a stranger's, say. */
const refuseOffBase = async (
  { rest }: GitHubClient,
  here: Here,
  { base, commit }: { readonly base: string; readonly commit: string },
): Promise<void> => {
  const basehead = `${base}...${commit}`;
  const found = await askingMaybe(
    `compare ${base} and the commit that the job began from`,
    rest.repos.compareCommitsWithBasehead({ ...here, basehead, per_page: 1 }),
  );
  const status = found?.data.status;
  if (status === "identical" || status === "behind") return;
  throw refused(
    `The job began from commit ${commit.slice(0, 12)}, which is not on the branch ${base} of this repository.`,
    `Check ${base} out (\`ref: ${base}\` of actions/checkout), or name the branch with \`base=\`. ${kept}`,
  );
};

/** An attempt that seemed to fail may have made it. */
const newBranch = async (
  client: GitHubClient,
  here: Here,
  { branch, sha }: { readonly branch: string; readonly sha: string },
): Promise<void> => {
  try {
    await client.rest.git.createRef({ ...here, ref: `refs/heads/${branch}`, sha });
  } catch (error) {
    const now = statusOf(error) === 422 ? await headOf(client, here, branch) : undefined;
    if (now === sha) return;
    if (now !== undefined) throw taken(branch);
    await asking(`make the branch ${branch}`, Promise.reject(error), contentsWrite);
  }
};

type Wanted = PublishablePullRequest & { readonly base: string };
type Opened = { readonly number: number; readonly url: string };

/** A branch without its pull request would only stand in the way of the next one. */
const openOrUndo = async (client: GitHubClient, here: Here, wanted: Wanted): Promise<Opened> => {
  try {
    return await postPullRequest(client, here, wanted);
  } catch (error) {
    const status = statusOf(error) ?? 0;
    if (status >= 400 && status < 500) {
      await client.rest.git.deleteRef({ ...here, ref: `heads/${wanted.branch}` }).catch(() => {});
    }
    if (error instanceof Error && /not permitted to create or approve/i.test(error.message))
      throw notAllowed(error);
    return await asking("open the pull request", Promise.reject(error), "pull-requests: write");
  }
};

const notAllowed = (cause: Error): ExpertStackError =>
  new ExpertStackError({
    code: "GITHUB_PERMISSION_MISSING",
    message: "The repository does not let workflows open pull requests.",
    remedy: `Allow it: Settings > Actions > General > Workflow permissions, "Allow GitHub Actions to create and approve pull requests". ${kept}`,
    cause,
  });

/** A request that failed on GitHub's side may have been done all the same: the branch's pull requests tell. */
const postPullRequest = async (
  client: GitHubClient,
  here: Here,
  { branch, base, title, body, state }: Wanted,
): Promise<Opened> => {
  const wanted = {
    ...here,
    head: branch,
    base,
    title: title.text,
    body: body.text,
    draft: state === "draft",
  };
  for (let attempt = 0; ; attempt++) {
    try {
      const { data } = await client.rest.pulls.create({ ...wanted, request: { retries: 0 } });
      return { number: data.number, url: data.html_url };
    } catch (error) {
      const pause = pauses[attempt];
      if (pause === undefined || (statusOf(error) ?? 0) < 500) throw error;
      await sleep(pause);
      const of = { ...here, state: "open", head: `${here.owner}:${branch}`, direction: "asc" } as const;
      const [posted] = (await client.rest.pulls.list(of)).data;
      if (posted !== undefined) return { number: posted.number, url: posted.html_url };
    }
  }
};

const addLabels = async (
  { rest }: GitHubClient,
  here: Here,
  { number, labels }: { readonly number: number; readonly labels: readonly string[] },
): Promise<void> => {
  if (labels.length === 0) return;
  const request = rest.issues.addLabels({ ...here, issue_number: number, labels: [...labels] });
  await asking(`label pull request #${number}, which is open`, request, "pull-requests: write");
};

const refuseMoved = async (
  { rest }: GitHubClient,
  here: Here,
  { branch, sha }: { readonly branch: string; readonly sha: string },
): Promise<void> => {
  const found = await askingMaybe(`show the branch ${branch}`, rest.repos.getBranch({ ...here, branch }));
  if (found === undefined) throw refused(`The branch ${branch} is not there any more.`, kept);
  if (found.data.protected) throw refused(`The branch ${branch} is protected, and is not pushed to.`, kept);
  if (found.data.commit.sha === sha) return;
  const now = found.data.commit.sha;
  throw moved(branch, `since the job began: it was at ${sha.slice(0, 12)}, and is at ${now.slice(0, 12)}`);
};

const moved = (branch: string, since: string): ExpertStackError =>
  refused(`The branch ${branch} has moved ${since}.`, `Ask again. ${kept}`);
