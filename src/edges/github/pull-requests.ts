import type { PullRequest, PullRequestQuestion } from "../../request/pull-request.ts";
import { readPullRequestSides } from "../../request/thread-trigger.ts";
import { asking } from "./api-error.ts";
import type { GitHubClient } from "./client.ts";

/** GitHub shows a pull request by its API as in the payload of an event, and it is read the same way. */
export const pullRequests = async (
  client: GitHubClient,
  here: { readonly owner: string; readonly repo: string },
  question: PullRequestQuestion,
): Promise<readonly PullRequest[]> => {
  if (question.type === "number") {
    const { number: pull_number } = question;
    const { data } = await asking(
      `show pull request #${pull_number}`,
      client.rest.pulls.get({ ...here, pull_number }),
    );
    return [readPullRequestSides(data)];
  }
  const [owner = ""] = question.repository.split("/");
  const { data } = await asking(
    `list the pull requests from ${question.branch}`,
    client.rest.pulls.list({
      ...here,
      ...{ state: "open", head: `${owner}:${question.branch}`, sort: "created", direction: "asc" },
      per_page: 100,
    }),
  );
  // An owner may have several forks, each with a branch of that name.
  return data.map(readPullRequestSides).filter(({ head }) => isSame(head.repository, question.repository));
};

const isSame = (one: string | undefined, other: string): boolean =>
  one?.toLowerCase() === other.toLowerCase();
