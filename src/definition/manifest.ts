import { parse, TomlError } from "smol-toml";
import { ExpertStackError } from "../errors.ts";
import type { Expert } from "./expert.ts";
import { type Finding, renderFinding } from "./finding.ts";
import type { Immutable } from "./immutable.ts";
import type { ManifestFile } from "./manifest-file.ts";
import { ruleFindings } from "./manifest-rules.ts";
import { checkShape } from "./manifest-shape.ts";
import { manifestSource } from "./manifest-source.ts";

/**
 * A `perstack.toml` that holds together. `experts` is a Map, so that a name like `constructor` finds what the
 * file says and nothing else, and each has its defaults filled in. What has no effect here is left out.
 */
export type Manifest = Immutable<Omit<ManifestFile, "experts" | "envPath" | "perstackBaseSkillCommand">> & {
  readonly experts: ReadonlyMap<string, Expert>;
};

export type ParsedManifest =
  /** Every finding is a warning. */
  | { readonly type: "valid"; readonly manifest: Manifest; readonly findings: readonly Finding[] }
  /** At least one finding is an error. */
  | { readonly type: "invalid"; readonly findings: readonly Finding[] };

/** Arrays and inline tables within each other; a manifest needs four. */
const deepestNesting = 64;

/**
 * Reads a manifest and says everything that is wrong with it at once, in the order of the text.
 *
 * @param input `file` is the name findings carry; `text` may begin with a byte order mark and end lines with CRLF
 */
export const parseManifest = (input: { readonly text: string; readonly file: string }): ParsedManifest => {
  const text = input.text.replace(/^\uFEFF/, "");
  const parsed = parseToml(text, input.file);
  if (parsed.type === "refused") return { type: "invalid", findings: [parsed.finding] };
  const source = manifestSource({ file: input.file, text, document: parsed.document });
  const shape = checkShape(source);
  if (shape.file === undefined) return { type: "invalid", findings: inOrder(shape.findings) };
  const { experts: written, envPath, perstackBaseSkillCommand, ...settings } = shape.file;
  const experts = new Map(Object.entries(written ?? {}));
  const findings = inOrder([...shape.findings, ...ruleFindings(source, { file: shape.file, experts })]);
  if (findings.some(({ severity }) => severity === "error")) return { type: "invalid", findings };
  return { type: "valid", manifest: { ...settings, experts: withoutRepeats(experts) }, findings };
};

/** @throws ExpertStackError MANIFEST_INVALID with every error, one a line */
export const manifestOrThrow = (parsed: ParsedManifest): Manifest => {
  if (parsed.type === "valid") return parsed.manifest;
  const errors = parsed.findings.filter(({ severity }) => severity === "error");
  const [first] = errors;
  throw new ExpertStackError({
    code: "MANIFEST_INVALID",
    message: `the manifest has ${errors.length === 1 ? "an error" : `${errors.length} errors`}:\n${errors.map(renderFinding).join("\n")}`,
    remedy: first?.remedy ?? "Correct the manifest.",
  });
};

type ParsedToml =
  | { readonly type: "parsed"; readonly document: unknown }
  | { readonly type: "refused"; readonly finding: Finding };

const parseToml = (text: string, file: string): ParsedToml => {
  try {
    return { type: "parsed", document: parse(text, { maxDepth: deepestNesting }) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return { type: "refused", finding: syntaxFinding(text, { file, error }) };
  }
};

const syntaxFinding = (text: string, { file, error }: { file: string; error: TomlError }): Finding => {
  const { line, column } = error;
  const [headline = ""] = error.message.split("\n");
  return {
    severity: "error",
    file,
    line,
    column,
    key: "",
    message: `the file is not TOML: ${headline.replace("Invalid TOML document: ", "")}`,
    expected: "TOML 1.0, see https://toml.io",
    remedy: `Correct line ${line}.`,
    frame: `${line} | ${(text.split(/\r?\n/)[line - 1] ?? "").slice(0, 160)}`,
  };
};

const inOrder = (findings: readonly Finding[]): readonly Finding[] =>
  findings.toSorted((a, b) => a.line - b.line || a.column - b.column);

const withoutRepeats = (experts: ReadonlyMap<string, Expert>): ReadonlyMap<string, Expert> =>
  new Map(
    Array.from(
      experts,
      ([key, expert]) => [key, { ...expert, delegates: [...new Set(expert.delegates)] }] as const,
    ),
  );
