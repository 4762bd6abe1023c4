import type { Expert } from "../definition/expert.ts";
import { type Finding, renderFinding } from "../definition/finding.ts";
import { firstHidden } from "../definition/hidden-text.ts";
import { parseManifest } from "../definition/manifest.ts";
import {
  findingAt,
  type ManifestSource,
  manifestSource,
  type Place,
  type Remark,
  valueAt,
} from "../definition/manifest-source.ts";
import type { KeyPath } from "../definition/toml-positions.ts";
import { type ErrorCode, ExpertStackError } from "../errors.ts";
import { documentOf } from "./definition-document.ts";
import { definitionText, hidden } from "./definition-text.ts";
import { isPublishedVersion } from "./publish-tag.ts";
import { type PublishedFacts, publishedFacts } from "./published-facts.ts";
import { requireName } from "./published-name.ts";
import { skillRefusal } from "./skill-policy.ts";

/** A definition that a registry may hold. */
export type PublishedDefinition = {
  readonly expert: Expert;
  /** What its index line says of it. */
  readonly facts: PublishedFacts;
};

/** For messages; name and version where they are known. */
type Expected = { readonly file: string; readonly name?: string; readonly version?: string };

/**
 * Reads the bytes of a published definition against what a registry takes: one scoped Expert in plain sight, whose
 * skills anybody can look up. It holds for who publishes and for who runs alike.
 *
 * @throws ExpertStackError DEFINITION_TOO_LARGE, NOT_UTF8, DUPLICATE_KEY, DEFINITION_INVALID, NAME_INVALID or
 *   SKILL_NOT_ALLOWED, with line and column where there is one
 */
export const readPublishedDefinition = (bytes: Uint8Array, expected: Expected): PublishedDefinition => {
  const { source, ...definition } = readDefinition(bytes, expected);
  refuseSkills(source, { name: definition.facts.name, expert: definition.expert });
  return definition;
};

/**
 * Reads a definition that was published before, to look at it: its skills may be such as were taken then and are not any
 * more. An index does not break, and nobody's new version is refused, for what another one may no longer do.
 *
 * @throws ExpertStackError as `readPublishedDefinition`, but for SKILL_NOT_ALLOWED
 */
export const readKeptDefinition = (bytes: Uint8Array, expected: Expected): PublishedDefinition => {
  const { expert, facts } = readDefinition(bytes, expected);
  return { expert, facts };
};

const readDefinition = (
  bytes: Uint8Array,
  expected: Expected,
): PublishedDefinition & { readonly source: ManifestSource } => {
  const { file } = expected;
  const text = definitionText(bytes, file);
  const source = manifestSource({ file, text, document: documentOf(text, file) });
  refuseHidden(source);
  const name = onlyExpert(source);
  requireName(name);
  if (expected.name !== undefined && expected.name !== name) {
    const remark = {
      message: `it is ${name}`,
      expected: expected.name,
      remedy: `Write [experts."${expected.name}"].`,
    };
    throw refusal(source, { path: ["experts", name], at: "key" }, remark);
  }
  const expert = checkedExpert(source, { text, name });
  requireVersion(source, { name, expert, version: expected.version });
  return { expert, facts: publishedFacts(bytes, { name, expert }), source };
};

/** Keys of a file's top that are the consumer's own to decide. */
const consumersOwn = ["provider", "envPath", "perstackBaseSkillCommand", "registries"] as const;

const onlyExpert = (source: ManifestSource): string => {
  for (const key of consumersOwn) {
    if (valueAt(source.document, [key]) === undefined) continue;
    const remark = {
      message: "a published definition does not decide this: it is up to whoever uses it",
      expected: "no such key",
      remedy: "Delete it.",
    };
    throw refusal(source, { path: [key], at: "key" }, remark);
  }
  const experts = valueAt(source.document, ["experts"]);
  const names = typeof experts === "object" && experts !== null ? Object.keys(experts) : [];
  const [name, other] = names;
  const remark = {
    message: name === undefined ? "there is no Expert in it" : `it holds ${names.length} Experts`,
    expected: 'exactly one, as [experts."@scope/name"]',
    remedy: "Publish each Expert from a file of its own.",
  };
  if (name === undefined) throw refusal(source, { path: ["experts"], at: "value" }, remark);
  if (other !== undefined) throw refusal(source, { path: ["experts", other], at: "key" }, remark);
  return name;
};

const checkedExpert = (
  source: ManifestSource,
  { text, name }: { readonly text: string; readonly name: string },
): Expert => {
  const parsed = parseManifest({ text, file: source.file });
  const wrong = parsed.findings.find(({ severity }) => severity === "error");
  if (wrong !== undefined) throw fromFinding(wrong);
  const expert = parsed.type === "valid" ? parsed.manifest.experts.get(name) : undefined;
  if (expert !== undefined) return expert;
  const remark = { message: "it is no Expert", expected: "a table", remedy: "Give it an instruction." };
  throw refusal(source, { path: ["experts", name], at: "key" }, remark);
};

type Versioned = { readonly name: string; readonly expert: Expert; readonly version: string | undefined };

const requireVersion = (source: ManifestSource, { name, expert, version }: Versioned): void => {
  const path = ["experts", name, "version"];
  const wanted = version ?? "1.2.3";
  const expected = version === undefined ? "a version without build metadata" : `"${version}"`;
  const remedy = `Write version = "${wanted}".`;
  if (valueAt(source.document, path) === undefined) {
    throw refusal(source, { path, at: "missing" }, { message: "it is missing", expected, remedy });
  }
  if (!isPublishedVersion(expert.version) || (version ?? expert.version) !== expert.version) {
    throw refusal(source, { path, at: "value" }, { message: `it is "${expert.version}"`, expected, remedy });
  }
  if (!isPublishedVersion(expert.minRuntimeVersion ?? "1.0.0")) {
    const remark = {
      message: "it has build metadata",
      expected: "a version without",
      remedy: "Take it out.",
    };
    throw refusal(source, { path: ["experts", name, "minRuntimeVersion"], at: "value" }, remark);
  }
};

const refuseSkills = (
  source: ManifestSource,
  { name, expert }: { readonly name: string; readonly expert: Expert },
): void => {
  for (const [skill, definition] of Object.entries(expert.skills)) {
    const found = skillRefusal(definition);
    if (found === undefined) continue;
    const { key, index, ...remark } = found;
    const path = ["experts", name, "skills", skill, key, ...(index === undefined ? [] : [index])];
    throw refusal(source, { path, at: "value" }, remark, "SKILL_NOT_ALLOWED");
  }
};

/** TOML can write what a reader does not see as an escape, which the model then reads. */
const refuseHidden = (source: ManifestSource): void => {
  for (const { path, text } of textsOf(source.document, [])) {
    const at = firstHidden(text);
    if (at !== undefined) throw refusal(source, { path, at: "value" }, hidden(text, at));
  }
};

const textsOf = (
  value: unknown,
  path: KeyPath,
): readonly { readonly path: KeyPath; readonly text: string }[] => {
  if (typeof value === "string") return [{ path, text: value }];
  if (typeof value !== "object" || value === null || value instanceof Date) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    return [{ path: here, text: key }, ...textsOf(member, here)];
  });
};

const refusal = (
  source: ManifestSource,
  place: Place,
  remark: Omit<Remark, "severity">,
  code: ErrorCode = "DEFINITION_INVALID",
): ExpertStackError => fromFinding(findingAt(source, place, { severity: "error", ...remark }), code);

const fromFinding = (finding: Finding, code: ErrorCode = "DEFINITION_INVALID"): ExpertStackError =>
  new ExpertStackError({ code, message: renderFinding(finding), remedy: finding.remedy });
