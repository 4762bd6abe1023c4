import { characters, fitText } from "../outputs/fit-text.ts";
import { markedBy, markerLine, parseMarker } from "../outputs/marker.ts";
import type { PublishableFinding, PublishableReview } from "../outputs/review/publishable-review.ts";
import {
  framed,
  runnerText,
  type SanitizedText,
  sanitize,
  stacked,
  withoutSecrets,
} from "../outputs/sanitize.ts";

/** GitHub's limit for the text of a review, in characters. */
const mostCharacters = 65_536;

const heading = {
  outside: "### Beside no line of the diff",
  refused: "### Findings\n\nGitHub did not take the places of these in the diff.",
} as const;

/**
 * The text of a review: a hidden marker, what its findings come to, and those that stand beside no line.
 *
 * @param listed what is told here, and why; what does not fit is left out, and told by a later run
 */
export const reviewText = (
  { marker, summary, origin, text: policy, redact }: PublishableReview,
  listed: { readonly findings: readonly PublishableFinding[]; readonly since: "outside" | "refused" },
): SanitizedText => {
  const notice = "_This was too long and was cut here._";
  const fit = { limit: mostCharacters / 2, measure: characters, notice, policy };
  const short = withoutSecrets(fitText(summary, fit), redact);
  const fitting = thoseThatFit(listed.findings, mostCharacters / 2 - room);
  const left = listed.findings.length - fitting.length;
  const title = runnerText(fitting.length === 0 ? "" : heading[listed.since]);
  const more = runnerText(left === 0 ? "" : `${left} more did not fit here.`);
  const body = stacked([short, title, ...fitting.map(({ entry }) => entry), more]);
  const fingerprints = fitting.map(({ fingerprint }) => fingerprint);
  return framed({ before: `${markerLine(marker, fingerprints)}\n\n`, body, after: `\n\n${origin}\n` });
};

/** Characters for the runner's own words, of which the marker's are the most. */
const room = 8_000;

const thoseThatFit = (
  findings: readonly PublishableFinding[],
  limit: number,
): readonly PublishableFinding[] => {
  let left = limit;
  const end = findings.findIndex(({ entry }) => {
    left -= characters(entry.text) + 2;
    return left < 0;
  });
  return end === -1 ? findings : findings.slice(0, end);
};

/** A remark beside its lines. */
export const remarkText = ({ marker }: PublishableReview, finding: PublishableFinding): SanitizedText =>
  framed({ before: `${markerLine(marker, [finding.fingerprint])}\n\n`, body: finding.remark, after: "\n" });

/** A remark on what is no longer found, whose marker names no finding any more. */
export const goneText = ({ marker, head, text, redact }: PublishableReview, body: string): SanitizedText => {
  const said = body.split(/\r?\n/).slice(1).join("\n").trim();
  const safe = withoutSecrets(sanitize(said, text), redact);
  const note = `_No longer found at ${head.slice(0, 12)}._`;
  // Whoever could steer what it says is not forgotten.
  const marked = parseMarker(body)?.trust === undefined ? marker : markedBy(marker, "untrusted");
  return framed({ before: `${markerLine(marked)}\n\n${note}\n\n`, body: safe, after: "\n" });
};
