import type { Expert } from "../definition/expert.ts";
import { parseManifest } from "../definition/manifest.ts";
import { type ManifestSource, manifestSource } from "../definition/manifest-source.ts";
import { isUnknownKey } from "../definition/unknown-key.ts";
import { documentOf } from "./definition-document.ts";
import { fromFinding, refusal } from "./definition-refusal.ts";
import {
  onlyExpert,
  refuseHidden,
  refuseLocalDelegates,
  refuseName,
  refuseSkills,
  requireVersion,
} from "./definition-rules.ts";
import { definitionText } from "./definition-text.ts";
import { type PublishedFacts, publishedFacts } from "./published-facts.ts";

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
 * Reads a definition that is to be published: a key that nobody knows is only warned of in a manifest, but what is
 * published stays, and whoever runs it would go without what was meant.
 *
 * @throws ExpertStackError as `readPublishedDefinition`
 */
export const readNewDefinition = (bytes: Uint8Array, expected: Expected): PublishedDefinition => {
  const definition = readPublishedDefinition(bytes, expected);
  const { findings } = parseManifest({ text: new TextDecoder().decode(bytes), file: expected.file });
  const unknown = findings.find(isUnknownKey);
  if (unknown === undefined) return definition;
  const message = unknown.message.replace(/, ignored$/, "");
  throw fromFinding({ ...unknown, severity: "error", message });
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
  refuseName(source, name);
  if (expected.name !== undefined && expected.name !== name) {
    const remark = {
      message: `it is ${name}`,
      expected: expected.name,
      remedy: `Write [experts."${expected.name}"].`,
    };
    throw refusal(source, { path: ["experts", name], at: "key" }, remark);
  }
  refuseLocalDelegates(source, name);
  const expert = checkedExpert(source, { text, name });
  requireVersion(source, { name, expert, version: expected.version });
  return { expert, facts: publishedFacts(bytes, { name, expert }), source };
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
