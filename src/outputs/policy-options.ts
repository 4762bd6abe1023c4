import { nearest } from "../definition/nearest.ts";
import { ExpertStackError } from "../errors.ts";
import type { PolicyLine, PolicyProblem } from "./policy-line.ts";

/** What a line of `safe-outputs` says besides its kind, read by name. Each throws INPUT_INVALID for what it cannot read. */
export type PolicyOptions = {
  readonly line: number;
  text(name: string, otherwise: string): string;
  /** Entries between commas. */
  list(name: string): readonly string[] | undefined;
  flag(name: string): boolean;
  /** From 1 to 100: more than GitHub takes in one request, or a person would look at, is a mistake. */
  count(name: string, otherwise: number): number;
};

/** @param known the names that the kind has */
export const policyOptions = (
  { line, kind, options }: PolicyLine,
  known: readonly string[],
): PolicyOptions => {
  const values = new Map<string, string>();
  for (const { name, value } of options) {
    if (!known.includes(name)) {
      throw invalidPolicy({
        line,
        text: `\`${kind}\` has no option \`${name}\`; it has ${known.join(", ")}${meant(name, value, { known, options })}`,
      });
    }
    if (values.has(name)) throw invalidPolicy({ line, text: `\`${name}\` is said twice` });
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

/** A word that is no option mostly belongs to the value before it, or is misspelt. */
const meant = (
  name: string,
  value: string,
  { known, options }: { readonly known: readonly string[]; readonly options: PolicyLine["options"] },
): string => {
  const [near] = nearest(name, known, 1);
  if (near !== undefined) return `. Did you mean \`${near}\``;
  const before = options[options.findIndex((one) => one.name === name) - 1];
  if (value !== "true" || before === undefined || before.value === "true") return "";
  return `. A value with spaces stands in quotes: \`${before.name}="${before.value} ${name}"\``;
};

const flagOf = (
  value: string | undefined,
  { line, name }: { readonly line: number; readonly name: string },
): boolean => {
  if (value === undefined || value === "false") return false;
  if (value === "true") return true;
  throw invalidPolicy({ line, text: `\`${name}=${value}\` is neither true nor false` });
};

const most = 100;

const countOf = (
  value: string | undefined,
  { line, name, otherwise }: { readonly line: number; readonly name: string; readonly otherwise: number },
): number => {
  if (value === undefined) return otherwise;
  const count = Number(value);
  if (/^\d+$/.test(value) && count >= 1 && count <= most) return count;
  throw invalidPolicy({ line, text: `\`${name}=${value}\` is no number from 1 to ${most}` });
};

/** A label may start a workflow, and assigning notifies: which ones is for the step's author to say. */
export const allowedNames = (options: PolicyOptions, example: string): readonly string[] => {
  const allow = options.list("allow");
  const marked = allow?.find((name) => name.startsWith("@"));
  if (marked !== undefined)
    throw invalidPolicy({ line: options.line, text: `\`${marked}\`: write it without @` });
  if (allow !== undefined && allow.length > 0) return allow;
  throw invalidPolicy({
    line: options.line,
    text: `\`allow\` is missing, say which: \`allow=${example}\`; \`allow=*\` allows any`,
  });
};

/** Characters of what each title begins with; the rest is the Expert's. */
const longestPrefix = 100;

export const titlePrefixIn = (options: PolicyOptions): string => {
  const prefix = options.text("title-prefix", "");
  if (prefix.length <= longestPrefix) return prefix;
  throw invalidPolicy({
    line: options.line,
    text: `\`title-prefix\` has ${prefix.length} characters, and ${longestPrefix} are the most`,
  });
};

export const invalidPolicy = ({ line, text }: PolicyProblem): ExpertStackError =>
  new ExpertStackError({
    code: "INPUT_INVALID",
    message: `Line ${line} of the input \`safe-outputs\`: ${text}.`,
    remedy: "One output a line, such as `comment` or `labels allow=bug,needs-* max=3`.",
  });
