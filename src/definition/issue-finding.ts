import type * as z from "zod/mini";
import type { Finding } from "./finding.ts";
import { findingAt, keyText, type ManifestSource, type Remark, valueAt } from "./manifest-source.ts";
import { nearestName } from "./nearest.ts";
import type { KeyPath } from "./toml-positions.ts";
import {
  article,
  assignment,
  counted,
  example,
  lastOf,
  milliseconds,
  quoted,
  shown,
  tableName,
} from "./toml-words.ts";

type Issue = z.core.$ZodIssue;
type Explained = Omit<Remark, "severity">;

/** Says what a schema found wrong, in the words of the file's author. */
export const issueFinding = (source: ManifestSource, issue: Issue): Finding => {
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  const value = valueAt(source.document, path);
  const at = value === undefined ? "missing" : issue.code === "invalid_key" ? "key" : "value";
  // Headers and URLs may carry what must not be repeated in a log.
  const isSecret = path.includes("headers") && typeof value === "string";
  const found = isSecret ? "a string" : shown(isUrl(path) ? withoutUser(value) : value);
  return findingAt(source, { path, at }, { severity: "error", ...explain(issue, { path, value, found }) });
};

const isUrl = (path: KeyPath): boolean => path.at(-1) === "endpoint" || path.at(-1) === "baseUrl";

/** However a URL is misspelt, what stands before its last `@` may be a password. */
const withoutUser = (value: unknown): unknown =>
  typeof value === "string" ? value.replace(/^(https?:\/\/)?.*@/is, "$1…@") : value;

type Found = { readonly path: KeyPath; readonly value: unknown; readonly found: string };

const explain = (issue: Issue, context: Found): Explained => {
  if (context.value === undefined) return missing(issue, context);
  switch (issue.code) {
    case "too_big":
      return outOfRange({ limit: issue.maximum, bound: "at most", origin: issue.origin }, context);
    case "too_small":
      return outOfRange({ limit: issue.minimum, bound: "at least", origin: issue.origin }, context);
    case "invalid_key":
      return {
        ...ruleOf(issue.issues[0]),
        message: `the name ${quoted(lastOf(context.path))} cannot be used`,
      };
    case "custom":
      return { ...ruleOf(issue), message: `found ${context.found}` };
    default:
      return wrongKind(issue, context);
  }
};

const missing = (issue: Issue, { path }: Found): Explained => ({
  message: "it is missing",
  expected: expectedOf(issue),
  remedy: isInteractiveTools(path)
    ? `Add a tool: [${keyText(path)}.<tool>] with an inputJsonSchema.`
    : `Add ${assignment(path, sampleOf(issue, undefined))} to ${tableName(path)}.`,
});

const isInteractiveTools = (path: KeyPath): boolean =>
  path.length === 5 && path[2] === "skills" && path[4] === "tools";

const wrongKind = (issue: Issue, { path, value, found }: Found): Explained => ({
  message: `found ${found}`,
  expected: expectedOf(issue),
  remedy: remedyFor(issue, path, value),
});

const remedyFor = (issue: Issue, path: KeyPath, value: unknown): string => {
  if (path.join(".") === "provider.fallback") return "Write [[provider.fallback]], once for each model.";
  if (isTable(issue)) return `Write it as a table, with a header such as [${keyText(path)}].`;
  const ms = path.join() === "timeout" ? milliseconds(value) : undefined;
  if (ms !== undefined) return `Write ${assignment(path, String(ms))}, the milliseconds alone.`;
  return `Write ${assignment(path, sampleOf(issue, value))}.`;
};

const isTable = (issue: Issue): boolean => kindOf(issue) === "object" || kindOf(issue) === "record";

/** Something allowed to type there, as near to what was typed as can be told. */
const sampleOf = (issue: Issue, value: unknown): string => {
  const allowed = allowedValues(issue);
  if (allowed.length === 0) return example(kindOf(issue), value);
  const meant = typeof value === "string" ? nearestName(value, allowed) : undefined;
  return quoted(meant ?? allowed[0] ?? "");
};

const outOfRange = (
  range: { readonly limit: number | bigint; readonly bound: "at most" | "at least"; readonly origin: string },
  { path, value, found }: Found,
): Explained => {
  const unit = range.origin === "string" ? "character" : range.origin === "array" ? "element" : undefined;
  const limit = Number(range.limit);
  const length = typeof value === "string" || Array.isArray(value) ? value.length : undefined;
  if (unit === undefined || length === undefined) {
    const remedy = `Write ${assignment(path, String(limit))}.`;
    return { message: `found ${found}`, expected: `${range.bound} ${limit}`, remedy };
  }
  return {
    message: length === 0 ? "it is empty" : `it has ${counted(length, unit)}`,
    expected: `${range.bound} ${counted(limit, unit)}`,
    remedy:
      range.bound === "at most"
        ? `Take out ${counted(length - limit, unit)} or more.`
        : `Fill in ${lastOf(path)}.`,
  };
};

/** A `FieldRule`, which zod carries as untyped parameters. */
const ruleOf = (issue: Issue | undefined): Omit<Explained, "message"> => {
  const params: unknown = issue?.code === "custom" ? issue.params : undefined;
  const textOf = (name: "expected" | "remedy") => String(valueAt(params, [name]));
  return { expected: textOf("expected"), remedy: textOf("remedy") };
};

const expectedOf = (issue: Issue): string => {
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    return issue.errors.flatMap((branch) => branch.slice(0, 1).map(expectedOf)).join(", or ");
  }
  const allowed = allowedValues(issue);
  if (allowed.length === 0) return issue.code === "custom" ? ruleOf(issue).expected : article(kindOf(issue));
  return allowed.length === 1 ? quoted(allowed[0] ?? "") : `one of ${allowed.join(", ")}`;
};

/** What may stand there, as far as it can be listed. */
const allowedValues = (issue: Issue): readonly string[] => {
  if (issue.code === "invalid_value") return issue.values.map(String);
  if (issue.code !== "invalid_union") return [];
  const options = "options" in issue ? (issue.options ?? []).map(String) : [];
  return [...options, ...issue.errors.flatMap((branch) => branch.slice(0, 1).flatMap(allowedValues))];
};

/** zod's word for what a value should be. */
const kindOf = (issue: Issue): string => (issue.code === "invalid_type" ? issue.expected : "string");
