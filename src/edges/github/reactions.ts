import type { Reactions, ReactionTarget } from "../../run/github-ports.ts";
import { asking } from "./api-error.ts";
import { type GitHubAccess, type GitHubClient, gitHubQueries } from "./client.ts";

/** Reactions by GitHub's REST API. By the client that does not wait a second between two: they are small, and many. */
export const gitHubReactions = (access: GitHubAccess): Reactions => {
  const { rest } = gitHubQueries(access);
  const { owner, repo } = access;
  // Nobody is to wait for one that fails.
  const here = { owner, repo, request: { retries: 0 } };
  return {
    async add(target, content) {
      const { data } = await asking("react", created(rest, target, { ...here, content }));
      return { id: data.id };
    },
    async remove(target, { id: reaction_id }) {
      await asking("take a reaction back", deleted(rest, target, { ...here, reaction_id }));
    },
  };
};

type Rest = GitHubClient["rest"];
type Here = { readonly owner: string; readonly repo: string; readonly request: { readonly retries: number } };

const created = (
  { reactions }: Rest,
  target: ReactionTarget,
  of: Here & { readonly content: "eyes" | "rocket" | "confused" },
) => {
  switch (target.type) {
    case "thread":
      return reactions.createForIssue({ ...of, issue_number: target.number });
    case "comment":
      return reactions.createForIssueComment({ ...of, comment_id: target.id });
    case "remark":
      return reactions.createForPullRequestReviewComment({ ...of, comment_id: target.id });
    default:
      return target satisfies never;
  }
};

const deleted = (
  { reactions }: Rest,
  target: ReactionTarget,
  of: Here & { readonly reaction_id: number },
) => {
  switch (target.type) {
    case "thread":
      return reactions.deleteForIssue({ ...of, issue_number: target.number });
    case "comment":
      return reactions.deleteForIssueComment({ ...of, comment_id: target.id });
    case "remark":
      return reactions.deleteForPullRequestComment({ ...of, comment_id: target.id });
    default:
      return target satisfies never;
  }
};
