import { fitText, utf8Bytes } from "../outputs/fit-text.ts";
import { framed, type InertText, sanitize, type TextPolicy } from "../outputs/sanitize.ts";
import type { JobFacts } from "./job-facts.ts";
import type { ArtifactLink, JobReport } from "./job-report.ts";
import { dollars, duration, inlineCode, integer, plural, shortDigest, table } from "./markdown.ts";
import { headline, problemText } from "./problem-text.ts";
import type { SandboxFacts } from "./sandbox-facts.ts";
import { hostRows, hostTable, sandboxText } from "./sandbox-section.ts";
import { shortened } from "./shortened.ts";

/** GitHub's limit for a step's summary, in bytes. */
const maxSummaryBytes = 1024 * 1024;

const maxRows = 200;
const maxNotes = 50;

/** What one note may take up, in characters. */
const maxNote = 500;

const noteText = (text: string): string => inlineCode(shortened(text, maxNote));

type Shown = {
  readonly limit: number;
  readonly noun: string;
  readonly kind: ArtifactLink["kind"] | undefined;
};

/** The first items, and a sentence on the others; only a full artifact holds those. */
const limited = <Item>(
  items: readonly Item[],
  { limit, noun, kind }: Shown,
): readonly [readonly Item[], string] => {
  if (items.length <= limit) return [items, ""];
  const where = kind === "full" ? "; the artifact holds them" : "";
  return [items.slice(0, limit), `\n\n… and ${plural(items.length - limit, noun)} more${where}.`];
};

const section = (title: string, body: string): string => `### ${title}\n\n${body}`;

const totals = (facts: JobFacts): string => {
  const { costUsd } = facts;
  const { inputTokens, cachedInputTokens, outputTokens, reasoningTokens } = facts.usage;
  return table(
    ["Steps", "Tokens in", "of them cached", "Tokens out", "of them reasoning", "Cost", "Time"],
    [
      [
        integer(facts.steps),
        integer(inputTokens),
        integer(cachedInputTokens),
        integer(outputTokens),
        integer(reasoningTokens),
        costUsd === undefined ? "unknown" : dollars(costUsd),
        duration(facts.durationMs),
      ],
    ],
  );
};

const experts = (facts: JobFacts, kind: Shown["kind"]): string => {
  const [rows, more] = limited(facts.experts, { limit: maxRows, noun: "Expert", kind });
  return `${table(
    ["Expert", "Version", "Definition", "Read from"],
    rows.map((expert) => [
      inlineCode(expert.key),
      inlineCode(expert.version),
      inlineCode(shortDigest(expert.digest)),
      inlineCode(expert.source),
    ]),
  )}${more}`;
};

const calls = (facts: JobFacts, kind: Shown["kind"]): string => {
  const [rows, more] = limited(facts.calls, { limit: maxRows, noun: "tool", kind });
  return `${table(
    ["Skill", "Tool", "Calls", "Errors", "Time"],
    rows.map((call) => [
      inlineCode(call.skill),
      noteText(call.tool),
      integer(call.calls),
      integer(call.errors),
      duration(call.totalMs),
    ]),
  )}${more}`;
};

const sandbox = (facts: SandboxFacts, kind: Shown["kind"]): string => {
  if (facts.hosts.length === 0) return sandboxText(facts);
  const [rows, more] = limited(hostRows(facts), { limit: maxRows, noun: "host", kind });
  return `${sandboxText(facts)}\n\n${hostTable(rows)}${more}`;
};

const notes = (facts: JobFacts): readonly string[] => [
  ...facts.notes
    .filter((note) => note.level === "warning")
    .map((note) => `- **Warning:** ${noteText(note.text)}`),
  ...facts.skillFailures.map(
    ({ skill, reason }) => `- **Warning:** skill ${inlineCode(skill)} ended by itself: ${noteText(reason)}`,
  ),
  ...(facts.failedGenerations === 0
    ? []
    : [`- ${plural(facts.failedGenerations, "request")} to the model failed.`]),
  ...facts.notes.filter((note) => note.level === "info").map((note) => `- ${noteText(note.text)}`),
];

const factSections = (facts: JobFacts, { artifact }: JobReport): readonly string[] => {
  const kind = artifact?.kind;
  const [shown, more] = limited(notes(facts), { limit: maxNotes, noun: "note", kind });
  return [
    totals(facts),
    ...(facts.experts.length === 0 ? [] : [section("Experts", experts(facts, kind))]),
    ...(facts.calls.length === 0 ? [] : [section("Skills and calls", calls(facts, kind))]),
    ...(facts.sandbox === undefined ? [] : [section("Sandbox", sandbox(facts.sandbox, kind))]),
    ...(shown.length === 0 ? [] : [section("Notes", `${shown.join("\n")}${more}`)]),
  ];
};

const contentOf = ({ kind }: ArtifactLink): string =>
  kind === "full"
    ? "Every prompt, tool call and result is"
    : "The answer and the job's totals, without prompts and tool results, are";

const record = ({ artifact, head, facts }: JobReport): readonly string[] => {
  const where =
    artifact === undefined
      ? []
      : [
          `${contentOf(artifact)} in the [artifact](${artifact.url}) ${artifact.id}, ${inlineCode(artifact.digest)}.`,
          ...(artifact.access === "public" ? ["**This repository is public, and so is the artifact.**"] : []),
        ];
  const log =
    head === undefined || facts === undefined
      ? []
      : [`Job ${inlineCode(facts.jobId)}, log head ${head.seq} ${inlineCode(head.hash)}.`];
  const lines = [...where, ...log];
  return lines.length === 0 ? [] : [section("Record", lines.join("\n\n"))];
};

const outputs = ({ outputs: of }: JobReport): readonly string[] => {
  if (of === undefined || of.published.length + of.withheld === 0) return [];
  const lines = [
    ...of.published.map((line) => `- ${line}`),
    ...(of.withheld === 0
      ? []
      : [`- Not published, since the job did not complete: ${plural(of.withheld, "planned output")}.`]),
  ];
  return [section("Published", lines.join("\n"))];
};

const plan = ({ plan: of }: JobReport): readonly string[] =>
  of === undefined
    ? []
    : [
        section(
          "Planned",
          `Nothing is published yet: the answer and ${plural(of.outputs, "further output")} are in the plan, artifact ${of.id}, ${inlineCode(of.digest)}.`,
        ),
      ];

/** The page of the job's run: how it ended, the answer, the bill, who and what took part, where the record is. */
export const renderSummary = (report: JobReport, policy: TextPolicy): InertText => {
  const { problem, facts } = report;
  const title = `## ${headline(report)}`;
  const before = `${[title, ...(problem === undefined ? [] : [problemText(problem)])].join("\n\n")}\n\n`;
  const sections = [
    ...outputs(report),
    ...plan(report),
    ...(facts === undefined ? [] : factSections(facts, report)),
    ...record(report),
  ];
  const after = `\n\n${sections.join("\n\n")}\n`;
  const body = fitText(sanitize(report.answer?.trim() ?? "", policy), {
    limit: maxSummaryBytes - utf8Bytes(before) - utf8Bytes(after),
    measure: utf8Bytes,
    notice: "_This answer was too long for a summary and was cut here._",
    policy,
  });
  return framed({ before, body, after });
};
