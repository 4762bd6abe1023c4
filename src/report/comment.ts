import { characters, fitText } from "../outputs/fit-text.ts";
import { type Marker, markerLine } from "../outputs/marker.ts";
import { framed, type InertText, sanitize, type TextPolicy } from "../outputs/sanitize.ts";
import type { ArtifactLink, JobReport } from "./job-report.ts";
import { dollars, duration, inlineCode, integer, plural, shortDigest } from "./markdown.ts";
import { headline, problemText } from "./problem-text.ts";

/** GitHub's limit for the body of a comment, in characters. */
const maxCommentCharacters = 65_536;

const artifactNote = (artifact: ArtifactLink): string =>
  `[artifact](${artifact.url}) ${artifact.id} ${inlineCode(shortDigest(artifact.digest))}`;

const expertNote = ({ facts, expert }: JobReport): readonly string[] => {
  const resolved = facts?.experts.find((each) => each.key === facts.coordinator);
  if (resolved === undefined) return [`Expert ${inlineCode(expert)}`];
  return [
    `Expert ${inlineCode(`${resolved.name}@${resolved.version}`)}`,
    `definition ${inlineCode(shortDigest(resolved.digest))}`,
  ];
};

const totals = ({ facts }: JobReport): readonly string[] => {
  if (facts === undefined) return [];
  const { costUsd } = facts;
  const tokens = facts.usage.inputTokens + facts.usage.outputTokens;
  return [
    plural(facts.steps, "step"),
    `${integer(tokens)} tokens`,
    ...(costUsd === undefined ? [] : [dollars(costUsd)]),
    duration(facts.durationMs),
  ];
};

/** One small line: what ran, what it cost, and where every step of it can be read and checked. */
const footer = (report: JobReport): string => {
  const { artifact, head } = report;
  const notes = [
    ...expertNote(report),
    ...totals(report),
    ...(artifact === undefined ? [] : [artifactNote(artifact)]),
    ...(head === undefined ? [] : [`log ${head.seq} ${inlineCode(shortDigest(head.hash))}`]),
  ];
  return `<sub>${notes.join(" · ")}</sub>`;
};

const cutNotice = (artifact: ArtifactLink | undefined): string =>
  artifact === undefined
    ? "_This answer was too long for a comment and was cut here._"
    : `_This answer was too long for a comment and was cut here. The [artifact](${artifact.url}) holds all of it._`;

const opening = (report: JobReport, answer: string): string => {
  if (report.problem === undefined) return answer === "" ? "The Expert ended without a final message." : "";
  const problem = `**${headline(report)}.**\n\n${problemText(report.problem)}`;
  return answer === "" ? problem : `${problem}\n\n---\n\n`;
};

/** The body of the sticky comment: hidden marker, answer or problem, footer; never longer than GitHub takes. */
export const renderComment = (
  report: JobReport,
  { marker, policy }: { readonly marker: Marker; readonly policy: TextPolicy },
): InertText => {
  const answer = sanitize(report.answer?.trim() ?? "", policy);
  const before = `${markerLine(marker)}\n\n${opening(report, answer.text)}`;
  const after = `\n\n${footer(report)}\n`;
  const body = fitText(answer, {
    limit: maxCommentCharacters - characters(before) - characters(after),
    measure: characters,
    notice: cutNotice(report.artifact),
    policy,
  });
  return framed({ before, body, after });
};
