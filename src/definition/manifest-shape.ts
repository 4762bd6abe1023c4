import * as z from "zod/mini";
import type { Finding } from "./finding.ts";
import { issueFinding } from "./issue-finding.ts";
import { ManifestFile } from "./manifest-file.ts";
import { findingAt, type ManifestSource, valueAt } from "./manifest-source.ts";
import { mostSuggestions } from "./nearest.ts";
import type { KeyPath } from "./toml-positions.ts";
import { unknownKeyFinding } from "./unknown-key.ts";

/** A document held against the schema: with `file` when nothing but unknown keys was found. */
export type CheckedShape = { readonly file?: ManifestFile; readonly findings: readonly Finding[] };

/** Takes unknown keys out of the source's document, which is the caller's own fresh parse. */
export const checkShape = (source: ManifestSource): CheckedShape => {
  const first = z.safeParse(ManifestFile, source.document, { error: knownKeysMessage });
  const unknown = first.success ? [] : first.error.issues.flatMap(unknownKeys);
  const findings = [
    ...unknown.map((found, nth) =>
      unknownKeyFinding(source, { ...found, topLevel, suggest: nth < mostSuggestions }),
    ),
    ...(first.success ? [] : first.error.issues)
      .filter((issue) => issue.code !== "unrecognized_keys")
      .map((issue) => issueFinding(source, issue)),
  ];
  for (const { path } of unknown) remove(source.document, path);
  findings.push(...prototypeKeys(source));
  if (first.success && findings.length === 0) return { file: first.data, findings };
  if (findings.some(({ severity }) => severity === "error")) return { findings };
  return { file: z.parse(ManifestFile, source.document), findings };
};

const topLevel = Object.keys(ManifestFile.shape);

/** A schema's own keys come with its complaint about others: zod's issue itself does not list them. */
const knownKeysMessage: z.core.$ZodErrorMap = (issue) =>
  issue.code === "unrecognized_keys" && issue.inst instanceof z.ZodMiniObject
    ? Object.keys(issue.inst.shape).join(",")
    : undefined;

type Unknown = { readonly path: KeyPath; readonly known: readonly string[] };

const unknownKeys = (issue: z.core.$ZodIssue): readonly Unknown[] =>
  issue.code === "unrecognized_keys"
    ? issue.keys.map((key) => ({
        path: [...issue.path.map((part) => (typeof part === "symbol" ? String(part) : part)), key],
        known: issue.message.split(",").filter((name) => name !== ""),
      }))
    : [];

const remove = (document: unknown, path: KeyPath): void => {
  const parent = valueAt(document, path.slice(0, -1));
  const key = path.at(-1);
  if (typeof parent === "object" && parent !== null && key !== undefined) Reflect.deleteProperty(parent, key);
};

/**
 * zod leaves a `__proto__` out of tables with free names without a word, so an Expert, skill, tool or header of
 * that name would vanish; it is refused instead.
 */
const prototypeKeys = (source: ManifestSource): readonly Finding[] =>
  prototypePaths(source.document, []).map((path) =>
    findingAt(
      source,
      { path, at: "key" },
      {
        severity: "error",
        message: "the name __proto__ cannot be used",
        expected: "any other name",
        remedy: "Rename it.",
      },
    ),
  );

const prototypePaths = (value: unknown, path: KeyPath): readonly KeyPath[] => {
  if (typeof value !== "object" || value === null || value instanceof Date) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    return [...(key === "__proto__" ? [here] : []), ...prototypePaths(member, here)];
  });
};
