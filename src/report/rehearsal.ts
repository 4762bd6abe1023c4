import { fenced } from "./markdown.ts";
import { visible } from "./visible.ts";

/** What a GitHub event would bring about, as far as that can be known without a model. */
export type Rehearsal = {
  readonly event: string;
  /** The event as it was read. */
  readonly trigger: object;
  /** What a run asks of GitHub, and what was taken for the answer. */
  readonly asked: readonly { readonly question: string; readonly answer: string }[];
  readonly decision: {
    readonly conclusion: "admitted" | "skipped" | "denied";
    readonly reason: string;
    readonly remedy?: string;
    readonly trust?: "trusted" | "untrusted";
    readonly expert?: string;
  };
  /** Missing where nothing would be asked. */
  readonly prompt?: {
    readonly model: string;
    readonly system: string;
    readonly query: string;
    readonly notes: readonly string[];
  };
  readonly outputs?: {
    /** By which the Expert may ask for outputs, beside its other tools. */
    readonly tools: readonly { readonly name: string; readonly description: string }[];
    /** Kinds that `safe-outputs` names and that this event has nothing for. */
    readonly idle: readonly string[];
    /** Missing without a recorded job. */
    readonly plan?: {
      /** As they go to GitHub. */
      readonly outputs: readonly unknown[];
      readonly refused: readonly string[];
      readonly missing: readonly string[];
    };
    /** The comment's whole Markdown; missing where none would be written. */
    readonly comment?: string;
  };
};

/** For a person at a terminal, who reads no character references. */
const code = (text: string): string => `\`${visible(text)}\``;

/** Characters of one text of the event that are shown. */
const longestText = 300;

/** The rehearsal as a page of Markdown, which is safe to print on a terminal. */
export const renderRehearsal = (rehearsal: Rehearsal): string =>
  [
    `# Rehearsal of ${code(rehearsal.event)}`,
    ...["No model was asked, no tool was run, and nothing was published."],
    ...["## Event", fenced(JSON.stringify(rehearsal.trigger, shortTexts, 2))],
    ...askedPart(rehearsal),
    ...decisionPart(rehearsal),
    ...promptPart(rehearsal),
    ...outputsPart(rehearsal),
  ].join("\n\n");

const shortTexts = (_key: string, value: unknown): unknown =>
  typeof value === "string" && value.length > longestText
    ? `${value.slice(0, longestText)}… (${value.length} characters)`
    : value;

const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join("\n");

const askedPart = ({ asked }: Rehearsal): readonly string[] =>
  asked.length === 0
    ? []
    : [
        "## Asked of GitHub",
        list(asked.map(({ question, answer }) => `${visible(question)}: ${visible(answer)}`)),
      ];

const decisionPart = ({ decision }: Rehearsal): readonly string[] => {
  const { conclusion, reason, remedy, trust, expert } = decision;
  const what = [conclusion, ...(trust === undefined ? [] : [trust])].join(", ");
  return [
    "## Decision",
    `**${what}**${expert === undefined ? "" : `, ${code(expert)} is asked`}`,
    fenced([reason, ...(remedy === undefined ? [] : [remedy])].join("\n")),
  ];
};

const promptPart = ({ prompt }: Rehearsal): readonly string[] =>
  prompt === undefined
    ? []
    : [
        "## Prompt",
        `Model ${code(prompt.model)}.`,
        ...(prompt.notes.length === 0 ? [] : [list(prompt.notes.map(visible))]),
        ...["### Instruction", fenced(prompt.system)],
        ...["### Query", fenced(prompt.query)],
      ];

const outputsPart = ({ outputs }: Rehearsal): readonly string[] => {
  if (outputs === undefined) return [];
  const { tools, idle, plan, comment } = outputs;
  return [
    "## Outputs",
    tools.length === 0
      ? "The Expert has no tool for outputs."
      : list(tools.map(({ name, description }) => `${code(name)}: ${visible(description)}`)),
    ...(idle.length === 0
      ? []
      : [`In \`safe-outputs\`, and not possible on this event: ${idle.map(code).join(", ")}.`]),
    ...(plan === undefined ? [] : planPart(plan)),
    ...(comment === undefined ? ["No comment would be written."] : ["### Comment", fenced(comment)]),
  ];
};

const planPart = ({
  outputs,
  refused,
  missing,
}: NonNullable<NonNullable<Rehearsal["outputs"]>["plan"]>): readonly string[] => [
  "### Plan",
  outputs.length === 0 ? "Nothing is planned." : fenced(JSON.stringify(outputs, null, 2)),
  ...(refused.length === 0 ? [] : ["Refused:", list(refused.map(visible))]),
  ...(missing.length === 0 ? [] : [`Required, and not planned: ${missing.map(code).join(", ")}`]),
];
