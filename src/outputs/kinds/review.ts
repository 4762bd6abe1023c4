import type { PolicyOptions } from "../policy-options.ts";
import { invalidPolicy } from "../policy-options.ts";
import { placeInDiff } from "../review/diff-place.ts";
import { fingerprint } from "../review/finding.ts";
import {
  type PlannedFinding,
  type PlannedReview,
  type PlannedVerdict,
  readPlannedReview,
} from "../review/planned-review.ts";
import { type ReviewAllowance, reviewTools, toolPart } from "../review/review-tools.ts";
import type { CommonRule, OutputKindDefinition, OutputScope } from "./kind.ts";

export type ReviewRule = CommonRule & ReviewAllowance;

/** A review of a pull request: remarks beside lines of its diff, and what they come to. */
export const review: OutputKindDefinition<ReviewRule, PlannedReview> = {
  options: ["max-comments", "approve", "untrusted", "required"],
  rule: (options) => ({
    required: options.flag("required"),
    maxComments: countOf(options),
    approve: options.flag("approve"),
    untrusted: options.flag("untrusted"),
  }),
  tools: (rule, scope) =>
    scope.diff === undefined ? [] : reviewTools(rule, mayApprove(rule, scope) ? "allowed" : "refused"),
  asked: (args, tool) => readPlannedReview({ side: "RIGHT", ...args, kind: "review", part: toolPart(tool) }),
  read: readPlannedReview,
  refusal(output, { rule, scope, before }) {
    if (scope.diff === undefined) return "A review is of a pull request, and there is none here.";
    return output.part === "finding"
      ? findingRefusal(output, rule, before.filter(isFinding))
      : verdictRefusal(output, { rule, scope, before: before.filter((one) => !isFinding(one)) });
  },
  remark(output, { diff }) {
    const place = diff && output.part === "finding" ? placeInDiff(diff, output) : undefined;
    return place?.type === "outside"
      ? `It will stand in the review's own text and not beside the lines, since ${place.reason}.`
      : undefined;
  },
  async withTexts(output, change) {
    if (output.part === "verdict") return { ...output, summary: await change(output.summary) };
    const { suggestion, ...finding } = output;
    const { path, title, body } = finding;
    const texts = { path: await change(path), title: await change(title), body: await change(body) };
    // Code with something taken out of it is not what was proposed.
    const isWhole = suggestion !== undefined && (await change(suggestion)) === suggestion;
    return { ...finding, ...texts, ...(isWhole ? { suggestion } : {}) };
  },
};

/** GitHub takes about this many comments in one request before it suspects abuse. */
const mostComments = 30;

const countOf = (options: PolicyOptions): number => {
  const count = options.count("max-comments", 20);
  if (count <= mostComments) return count;
  const text = `\`max-comments=${count}\` is more than the ${mostComments} that GitHub takes with one review`;
  throw invalidPolicy({ line: options.line, text });
};

const mayApprove = ({ approve, untrusted }: ReviewRule, { trust }: OutputScope): boolean =>
  approve && (trust === "trusted" || untrusted);

const isFinding = (output: PlannedReview): output is PlannedFinding => output.part === "finding";

const findingRefusal = (
  finding: PlannedFinding,
  { maxComments }: ReviewRule,
  before: readonly PlannedFinding[],
): string | undefined => {
  const { path, line, startLine, side, title, suggestion } = finding;
  if (path.trim() !== path || path === "" || hasControl(path)) return "A finding needs the path of a file.";
  if (title.trim() === "") return "A finding needs a title.";
  if (startLine !== undefined && startLine >= line) {
    return "`startLine` is the first line of several, so it is smaller than `line`; leave it out for one line.";
  }
  if (suggestion !== undefined && side === "LEFT") {
    return "A suggestion stands instead of lines of the new file: its side is RIGHT.";
  }
  const isSame = (one: PlannedFinding): boolean =>
    one.path === path && one.side === side && one.line === line && sameTitle(one, finding);
  if (before.some(isSame)) return "This finding is planned already.";
  return before.length >= maxComments
    ? `At most ${maxComments} findings are allowed, and there are ${before.length} already.`
    : undefined;
};

const sameTitle = (one: PlannedFinding, other: PlannedFinding): boolean =>
  fingerprint(one, "") === fingerprint(other, "");

/** No path that a person can read has one. */
const hasControl = (path: string): boolean => /[\p{Cc}\p{Cf}]/u.test(path);

const verdictRefusal = (
  { event }: PlannedVerdict,
  {
    rule,
    scope,
    before,
  }: { readonly rule: ReviewRule; readonly scope: OutputScope; readonly before: readonly PlannedReview[] },
): string | undefined => {
  if (event === "APPROVE" && !rule.approve) return "This step approves nothing: COMMENT or REQUEST_CHANGES.";
  if (event === "APPROVE" && !mayApprove(rule, scope)) {
    return "Somebody who may not write is involved, and then this step approves nothing: COMMENT or REQUEST_CHANGES.";
  }
  return before.length > 0 ? "The review is finished already." : undefined;
};
