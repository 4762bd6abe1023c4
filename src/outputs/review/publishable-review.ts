import type { Marker } from "../marker.ts";
import type { PublishingRules } from "../publishing-rules.ts";
import {
  fencedCode,
  type SanitizedText,
  sanitize,
  stacked,
  type TextPolicy,
  withoutSecrets,
} from "../sanitize.ts";
import { type FileLines, placeInDiff, type ReviewDiff } from "./diff-place.ts";
import { fingerprint } from "./finding.ts";
import type { PlannedFinding, PlannedReview, ReviewEvent } from "./planned-review.ts";
import { mostCharacters, type ReviewAllowance } from "./review-tools.ts";

/** A finding as it goes to GitHub. */
export type PublishableFinding = {
  readonly fingerprint: string;
  /** Missing where it is not beside lines of the diff. */
  readonly place?: FileLines;
  /** As it stands beside its lines. */
  readonly remark: SanitizedText;
  /** As it stands in the review's own text. */
  readonly entry: SanitizedText;
};

/** A review as it goes to GitHub, before it is known what of it is there already. */
export type PublishableReview = {
  readonly kind: "review";
  /** The commit it is of. */
  readonly head: string;
  readonly event: ReviewEvent;
  readonly summary: SanitizedText;
  readonly findings: readonly PublishableFinding[];
  /** Whether it tells all that the Expert found, so that what is not in it is no longer there. */
  readonly isWhole: boolean;
  readonly marker: Marker;
  readonly origin: string;
  readonly text: TextPolicy;
  readonly redact: PublishingRules["redact"];
};

/** @throws TypeError without a diff, where no plan has a review */
export const publishableReview = (
  parts: readonly PlannedReview[],
  { maxComments }: ReviewAllowance,
  rules: PublishingRules,
): PublishableReview => {
  const { text, redact, origin, marker, diff } = rules;
  if (diff === undefined) throw new TypeError("a review without a diff is in a plan");
  const findings = parts.filter((part) => part.part === "finding");
  const verdict = parts.find((part) => part.part === "verdict");
  return {
    kind: "review",
    head: diff.head,
    event: verdict?.event ?? "COMMENT",
    summary: withoutSecrets(sanitize(verdict?.summary ?? "", text), redact),
    findings: findings.map((finding) => publishableFinding(finding, { diff, rules })),
    isWhole: verdict !== undefined && findings.length < maxComments,
    ...{ marker, origin, text, redact },
  };
};

const publishableFinding = (
  finding: PlannedFinding,
  { diff, rules }: { readonly diff: ReviewDiff; readonly rules: PublishingRules },
): PublishableFinding => {
  const found = placeInDiff(diff, finding);
  const { path, side, line, startLine, suggestion } = finding;
  const place = { path, side, line, ...(startLine === undefined ? {} : { startLine }) };
  const code = (as: "suggestion" | ""): readonly SanitizedText[] => {
    const fenced = suggestion === undefined ? undefined : fencedCode(suggestion, { as, ...rules });
    return fenced === undefined ? [] : [fenced];
  };
  return {
    fingerprint: fingerprint(finding, found.type === "beside" ? found.text : ""),
    ...(found.type === "beside" ? { place } : {}),
    remark: stacked([told(finding, "", rules), ...code("suggestion")]),
    entry: stacked([told(finding, ` (${where(place)})`, rules), ...code("")]),
  };
};

const told = (
  { title, body }: PlannedFinding,
  place: string,
  { text, redact }: PublishingRules,
): SanitizedText => {
  const line = title.replace(/\s+/g, " ").trim();
  const said = body.slice(0, mostCharacters.body);
  return withoutSecrets(sanitize(`**${line}**${place}\n\n${said}`, text), redact);
};

const where = ({ path, side, line, startLine }: FileLines): string => {
  const lines = startLine === undefined ? `line ${line}` : `lines ${startLine} to ${line}`;
  return `\`${path.replaceAll("`", "'")}\`, ${side === "LEFT" ? "before the change, " : ""}${lines}`;
};
