import { setTimeout as sleep } from "node:timers/promises";
import type { NewReview, PostedReview, Reviews } from "../../run/github-ports.ts";
import { asking, isForbidden, statusOf } from "./api-error.ts";
import type { GitHubAccess, GitHubClient } from "./client.ts";
import { type Account, isSame, viewer } from "./identity.ts";
import { pauses } from "./posting.ts";
import { ownThreads } from "./review-threads.ts";

const permission = "pull-requests: write";

/** Reviews by GitHub's REST API; conversations beside the diff by GraphQL, since REST does not tell which are resolved. */
export const gitHubReviews = (client: GitHubClient, access: GitHubAccess): Reviews => {
  const { owner, repo } = access;
  const here = { owner, repo };
  return {
    async own(pull) {
      const read = async () => {
        const self = await viewer(access);
        const [threads, reviews] = await Promise.all([
          ownThreads(access, pull, self),
          ownReviews({ client, access, pull }, self),
        ]);
        return { threads, reviews };
      };
      return await asking("list the reviews", read(), permission);
    },
    async post(pull, review) {
      return await asking("post the review", postOnce({ client, access, pull }, review), permission);
    },
    async resolve({ id }) {
      const mutation = "mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) { thread { id } } }";
      try {
        await client.graphql(mutation, { id });
        return "resolved";
      } catch (error) {
        if (isForbidden(error)) return "forbidden";
        return await asking("resolve a conversation", Promise.reject(error));
      }
    },
    async edit({ id: comment_id }, { text: body }) {
      const edited = client.rest.pulls.updateReviewComment({ ...here, comment_id, body });
      await asking("change a remark", edited, permission);
    },
  };
};

/** One pull request, and how to reach it. */
type Place = { readonly client: GitHubClient; readonly access: GitHubAccess; readonly pull: number };

type OwnReview = {
  readonly body: string;
  readonly state: string;
  readonly commit: string;
  readonly url: string;
};

const ownReviews = async ({ client, access, pull }: Place, self: Account): Promise<readonly OwnReview[]> => {
  const { owner, repo } = access;
  const all = await client.paginate(client.rest.pulls.listReviews, {
    ...{ owner, repo, pull_number: pull },
    per_page: 100,
  });
  return all
    .filter(({ user }) => isSame({ login: user?.login, id: user?.id }, self))
    .map(({ body, state, commit_id, html_url }) => ({ body, state, commit: commit_id ?? "", url: html_url }));
};

/** A request that failed on GitHub's side may have been done all the same: the own reviews tell, before it is repeated. */
const postOnce = async (place: Place, review: NewReview): Promise<PostedReview> => {
  const { client, access, pull } = place;
  const { owner, repo } = access;
  const request = { owner, repo, pull_number: pull, ...asRequest(review), request: { retries: 0 } };
  for (let attempt = 0; ; attempt++) {
    try {
      const { data } = await client.rest.pulls.createReview(request);
      return { type: "posted", url: data.html_url };
    } catch (error) {
      const refusal = refusalOf(error, review);
      if (refusal !== undefined) return refusal;
      const pause = pauses[attempt];
      if (pause === undefined || (statusOf(error) ?? 0) < 500) throw error;
      await sleep(pause);
      const own = await ownReviews(place, await viewer(access));
      const posted = own.find(({ body }) => body.trim() === review.body.text.trim());
      if (posted !== undefined) return { type: "posted", url: posted.url };
    }
  }
};

const asRequest = ({ head, event, body, remarks }: NewReview) => ({
  commit_id: head,
  event,
  body: body.text,
  comments: remarks.map(({ path, side, line, startLine, body }) => ({
    ...{ path, side, line, body: body.text },
    ...(startLine === undefined ? {} : { start_line: startLine, start_side: side }),
  })),
});

/** What may do in another form. GitHub says which rule was broken, and not by which remark. */
const refusalOf = (error: unknown, { event, remarks }: NewReview): PostedReview | undefined => {
  if (statusOf(error) !== 422) return undefined;
  const message = error instanceof Error ? error.message : "";
  if (event !== "COMMENT" && /your own pull request/i.test(message)) return { type: "ownPullRequest" };
  return remarks.length > 0 ? { type: "placeRefused" } : undefined;
};
