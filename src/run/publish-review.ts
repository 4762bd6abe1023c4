import { ExpertStackError } from "../errors.ts";
import type { ReviewEvent } from "../outputs/review/planned-review.ts";
import type { PublishableFinding, PublishableReview } from "../outputs/review/publishable-review.ts";
import { type OwnReviews, type OwnThread, reviewChange } from "../outputs/review/review-change.ts";
import { goneText, remarkText, reviewText } from "../report/review-text.ts";
import type { NewReview, Reviews, ThreadPlace } from "./github-ports.ts";

/**
 * Makes a pull request show what a review found, each thing once: what is new in one review, what is no longer found
 * resolved.
 *
 * @returns what was done, in words
 */
export const publishReview = async (
  review: PublishableReview,
  { number: pull }: ThreadPlace,
  port: Reviews,
): Promise<string> => {
  const own = await port.own(pull);
  const { post, added, kept, gone } = reviewChange(review, own);
  const first: Form = { event: review.event, findings: "beside the diff" };
  const posted = post === "nothing" ? nothingNew : await postAs(first, { review, own, pull, added, port });
  const stands = kept === 0 ? [] : [`${kept} found again`];
  const ended = gone.length === 0 ? [] : [await endThreads(review, gone, port)];
  return `review: ${[posted, ...stands, ...ended].join(", ")}`;
};

const nothingNew = "nothing new";

type Posting = {
  readonly review: PublishableReview;
  readonly own: OwnReviews;
  readonly pull: number;
  readonly added: readonly PublishableFinding[];
  readonly port: Reviews;
};

/** GitHub refuses a review as a whole, so what it does not take is put in another form. */
type Form = { readonly event: ReviewEvent; readonly findings: "beside the diff" | "in its text" };

const postAs = async (form: Form, posting: Posting): Promise<string> => {
  const { review, own, pull, added, port } = posting;
  const wanted = inForm(form, review, added);
  const answer = await port.post(pull, wanted);
  switch (answer.type) {
    case "placeRefused":
      return await postAs({ ...form, findings: "in its text" }, posting);
    case "ownPullRequest": {
      // What would be asked for again may be nothing new as a comment.
      const { post } = reviewChange({ ...review, event: "COMMENT" }, own);
      return post === "nothing" ? nothingNew : await postAs({ ...form, event: "COMMENT" }, posting);
    }
    case "posted": {
      const beside = wanted.remarks.length;
      const only = form.event === review.event ? "" : ", as a comment since the pull request is its own";
      return `${answer.url}${only}, ${beside} beside the diff, ${added.length - beside} in its text`;
    }
    default:
      return answer satisfies never;
  }
};

const inForm = (
  { event, findings }: Form,
  review: PublishableReview,
  added: readonly PublishableFinding[],
): NewReview => {
  const { head } = review;
  if (findings === "in its text") {
    return { head, event, body: reviewText(review, { findings: added, since: "refused" }), remarks: [] };
  }
  const outside = added.filter(({ place }) => place === undefined);
  const remarks = added.flatMap((finding) =>
    finding.place === undefined ? [] : [{ ...finding.place, body: remarkText(review, finding) }],
  );
  return { head, event, body: reviewText(review, { findings: outside, since: "outside" }), remarks };
};

/**
 * What the token may not resolve says itself that it is over, and stays open. The review stands by then, so that one that
 * cannot be ended is told and no more.
 */
const endThreads = async (
  review: PublishableReview,
  gone: readonly OwnThread[],
  port: Reviews,
): Promise<string> => {
  let may = true;
  const failed: string[] = [];
  for (const thread of gone) {
    try {
      if (may) may = (await port.resolve(thread)) === "resolved";
      if (!may) await port.edit({ id: thread.comment }, goneText(review, thread.body));
    } catch (error) {
      failed.push(error instanceof ExpertStackError ? error.code : "unknown");
    }
  }
  const ended = gone.length - failed.length;
  const how = may
    ? `${ended} no longer found and resolved`
    : `${ended} no longer found and marked so, since resolving needs \`contents: write\``;
  const reasons = [...new Set(failed)].join(", ");
  return failed.length === 0 ? how : `${how}, ${failed.length} that could not be ended (${reasons})`;
};
