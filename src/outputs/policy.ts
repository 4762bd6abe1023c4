import { nearest } from "../definition/nearest.ts";
import { ExpertStackError } from "../errors.ts";
import { type PolicyLine, type PolicyProblem, readPolicyLines } from "./policy-line.ts";

/** What every kind of output may say of itself. */
type Common = {
  /** The job is only a success when this came. */
  readonly required: boolean;
};

/** What a step's author lets an Expert publish. A kind that is missing is not published. */
export type OutputPolicy = {
  /** The Expert's answer, in the thread. */
  readonly comment?: Common;
  readonly labels?: Common & {
    /** Globs of names. */
    readonly allow: readonly string[];
    readonly max: number;
  };
  readonly assign?: Common & {
    /** Globs of logins. */
    readonly allow: readonly string[];
    readonly max: number;
  };
  readonly issue?: Common & {
    readonly titlePrefix: string;
    /** What each gets, whatever the Expert wishes. */
    readonly labels: readonly string[];
    readonly max: number;
  };
  readonly close?: Common & {
    /** Also on an untrusted trigger. */
    readonly untrusted: boolean;
  };
};

export type OutputKind = keyof OutputPolicy;

const outputKinds = ["comment", "labels", "assign", "issue", "close"] as const;

/** Kinds that a later release brings. */
const laterKinds = ["review", "pull-request", "push", "check"];

/** Which options a kind has. */
const optionsOf: Readonly<Record<OutputKind, readonly string[]>> = {
  comment: ["required"],
  labels: ["allow", "max", "required"],
  assign: ["allow", "max", "required"],
  issue: ["title-prefix", "labels", "max", "required"],
  close: ["untrusted", "required"],
};

/**
 * Reads the input `safe-outputs`: one kind a line. `none` alone publishes nothing.
 *
 * @throws ExpertStackError INPUT_INVALID, or INPUT_NOT_AVAILABLE for a kind of a later release, naming the line
 */
export const readOutputPolicy = (text: string): OutputPolicy => {
  const { lines, problems } = readPolicyLines(text);
  const [problem] = problems;
  if (problem !== undefined) throw invalid(problem);
  const [first, second] = lines;
  if (first?.kind === "none" && second === undefined && first.options.length === 0) return {};
  if (first === undefined) throw invalid({ line: 1, text: "it names nothing; `none` publishes nothing" });
  const seen = new Map<string, number>();
  const policy: { -readonly [Kind in OutputKind]?: OutputPolicy[Kind] } = {};
  for (const line of lines) {
    const kind = kindOf(line);
    const before = seen.get(kind);
    if (before !== undefined)
      throw invalid({ line: line.line, text: `\`${kind}\` stands in line ${before} already` });
    seen.set(kind, line.line);
    Object.assign(policy, ruleOf(kind, optionsIn(line, kind)));
  }
  return policy;
};

const kindOf = ({ line, kind }: PolicyLine): OutputKind => {
  const known = outputKinds.find((one) => one === kind);
  if (known !== undefined) return known;
  if (laterKinds.includes(kind)) {
    throw new ExpertStackError({
      code: "INPUT_NOT_AVAILABLE",
      message: `Line ${line} of the input \`safe-outputs\`: \`${kind}\` comes in a later release.`,
      remedy: `Take it out. There are ${outputKinds.join(", ")}.`,
    });
  }
  if (kind === "none") throw invalid({ line, text: "`none` stands alone, or not at all" });
  const [meant] = nearest(kind, [...outputKinds, ...laterKinds], 1);
  const hint = meant === undefined ? "" : `, did you mean \`${meant}\``;
  throw invalid({ line, text: `there is no output \`${kind}\`${hint}` });
};

type Options = {
  readonly line: number;
  text(name: string, otherwise: string): string;
  list(name: string): readonly string[] | undefined;
  flag(name: string): boolean;
  count(name: string, otherwise: number): number;
};

const optionsIn = ({ line, options }: PolicyLine, kind: OutputKind): Options => {
  const known = optionsOf[kind];
  const values = new Map<string, string>();
  for (const { name, value } of options) {
    if (!known.includes(name)) {
      throw invalid({ line, text: `\`${kind}\` has no option \`${name}\`; it has ${known.join(", ")}` });
    }
    if (values.has(name)) throw invalid({ line, text: `\`${name}\` is said twice` });
    values.set(name, value);
  }
  return {
    line,
    text: (name, otherwise) => values.get(name) ?? otherwise,
    list: (name) =>
      values
        .get(name)
        ?.split(",")
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ""),
    flag: (name) => flagOf(values.get(name), { line, name }),
    count: (name, otherwise) => countOf(values.get(name), { line, name, otherwise }),
  };
};

const flagOf = (
  value: string | undefined,
  { line, name }: { readonly line: number; readonly name: string },
): boolean => {
  if (value === undefined || value === "false") return false;
  if (value === "true") return true;
  throw invalid({ line, text: `\`${name}=${value}\` is neither true nor false` });
};

/** More than GitHub takes in one request, or a person would look at, is a mistake. */
const most = 100;

const countOf = (
  value: string | undefined,
  { line, name, otherwise }: { readonly line: number; readonly name: string; readonly otherwise: number },
): number => {
  if (value === undefined) return otherwise;
  const count = Number(value);
  if (/^\d+$/.test(value) && count >= 1 && count <= most) return count;
  throw invalid({ line, text: `\`${name}=${value}\` is no number from 1 to ${most}` });
};

const ruleOf = (kind: OutputKind, options: Options): OutputPolicy => {
  const required = options.flag("required");
  switch (kind) {
    case "comment":
      return { comment: { required } };
    case "labels":
      return { labels: { required, allow: allowed(options, "bug,needs-*"), max: options.count("max", 3) } };
    case "assign":
      return { assign: { required, allow: allowed(options, "ada,grace"), max: options.count("max", 1) } };
    case "issue": {
      const titlePrefix = options.text("title-prefix", "");
      return {
        issue: { required, titlePrefix, labels: options.list("labels") ?? [], max: options.count("max", 1) },
      };
    }
    case "close":
      return { close: { required, untrusted: options.flag("untrusted") } };
    default:
      return kind satisfies never;
  }
};

/** A label may start a workflow, and assigning notifies: which ones is for the step's author to say. */
const allowed = (options: Options, example: string): readonly string[] => {
  const allow = options.list("allow");
  const marked = allow?.find((name) => name.startsWith("@"));
  if (marked !== undefined) throw invalid({ line: options.line, text: `\`${marked}\`: write it without @` });
  if (allow !== undefined && allow.length > 0) return allow;
  throw invalid({
    line: options.line,
    text: `\`allow\` is missing, say which: \`allow=${example}\`; \`allow=*\` allows any`,
  });
};

const invalid = ({ line, text }: PolicyProblem): ExpertStackError =>
  new ExpertStackError({
    code: "INPUT_INVALID",
    message: `Line ${line} of the input \`safe-outputs\`: ${text}.`,
    remedy: "One output a line, such as `comment` or `labels allow=bug,needs-* max=3`.",
  });
