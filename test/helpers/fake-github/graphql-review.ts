import { type Arguments, connectionNode, type GraphNode, scalars, textFields } from "./graphql-text.ts";
import type { Pull, World } from "./world.ts";

/** Reviews that were submitted: whoever asks here has none under way. @param page the pull request's page is `url` */
export const reviewsNode = (
  world: World,
  { pull, url }: { readonly pull: Pull; readonly url: string },
  args: Arguments,
): GraphNode => {
  const items = pull.reviews
    .filter(({ state }) => state !== "PENDING")
    .map((review) => ({
      typeName: "PullRequestReview",
      fields: {
        ...textFields(world, { ...review, url: `${url}#pullrequestreview-${review.id}` }),
        ...scalars({ state: review.state, submittedAt: review.submittedAt ?? null }),
      },
    }));
  return connectionNode("reviews", "PullRequestReviewConnection", { items, args });
};

/** The title's changes; nothing else of a timeline is known here. */
export const renamesNode = (renames: readonly string[], args: Arguments): GraphNode => {
  const items = renames.map((createdAt) => ({
    typeName: "RenamedTitleEvent",
    fields: scalars({ createdAt }),
  }));
  return connectionNode("timelineItems", "PullRequestTimelineItemConnection", { items, args });
};
