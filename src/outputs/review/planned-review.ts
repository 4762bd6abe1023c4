import * as z from "zod/mini";
import type { Finding } from "./finding.ts";

/** What a review as a whole does; GitHub's words. */
export type ReviewEvent = "COMMENT" | "REQUEST_CHANGES" | "APPROVE";

/** One of the findings of a review. */
export type PlannedFinding = Finding & { readonly kind: "review"; readonly part: "finding" };

/** What its findings come to. */
export type PlannedVerdict = {
  readonly kind: "review";
  readonly part: "verdict";
  readonly event: ReviewEvent;
  /** Markdown. */
  readonly summary: string;
};

/** A review is planned in parts, and published as one. */
export type PlannedReview = PlannedFinding | PlannedVerdict;

const line = z.number().check(z.int(), z.gte(1));

const Parts = z.discriminatedUnion("part", [
  z.object({
    kind: z.literal("review"),
    part: z.literal("finding"),
    path: z.string(),
    side: z.enum(["LEFT", "RIGHT"]),
    line,
    startLine: z.exactOptional(line),
    title: z.string(),
    body: z.string(),
    suggestion: z.exactOptional(z.string()),
  }),
  z.object({
    kind: z.literal("review"),
    part: z.literal("verdict"),
    event: z.enum(["COMMENT", "REQUEST_CHANGES", "APPROVE"]),
    summary: z.string(),
  }),
]);

/** @throws where it is none */
export const readPlannedReview = (recorded: unknown): PlannedReview => Parts.parse(recorded);
