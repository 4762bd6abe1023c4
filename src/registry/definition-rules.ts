import type { Expert } from "../definition/expert.ts";
import { isExpertName, parseExpertKey } from "../definition/expert-name.ts";
import { firstHidden } from "../definition/hidden-text.ts";
import { type ManifestSource, valueAt } from "../definition/manifest-source.ts";
import type { KeyPath } from "../definition/toml-positions.ts";
import { refusal } from "./definition-refusal.ts";
import { hidden } from "./definition-text.ts";
import { isPublishedVersion } from "./publish-tag.ts";
import { nameProblem } from "./published-name.ts";
import { scopeOf } from "./scope-owners.ts";
import { skillRefusal } from "./skill-policy.ts";

/** Keys of a file's top that are the consumer's own to decide. */
const consumersOwn = ["provider", "envPath", "perstackBaseSkillCommand", "registries"] as const;

export const onlyExpert = (source: ManifestSource): string => {
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

export const refuseName = (source: ManifestSource, name: string): void => {
  const problem = nameProblem(name);
  if (problem === undefined) return;
  const remark = {
    message: `${JSON.stringify(name)} cannot be published: it ${problem}`,
    expected: "@scope/name",
    remedy: `Rename the Expert, such as [experts."@scope/${isExpertName(name) ? name.replace(/^.*\//, "") : "code-review"}"].`,
  };
  throw refusal(source, { path: ["experts", name], at: "key" }, remark, "NAME_INVALID");
};

/** Nobody who uses it has the publisher's own Experts. */
export const refuseLocalDelegates = (source: ManifestSource, name: string): void => {
  const delegates = valueAt(source.document, ["experts", name, "delegates"]);
  if (!Array.isArray(delegates)) return;
  // What is no name at all is told as in any manifest.
  const keys = delegates.map((each) => (typeof each === "string" ? parseExpertKey(each) : undefined));
  const nth = keys.findIndex((key) => key !== undefined && key.scope === undefined);
  if (nth === -1) return;
  const scoped = `${scopeOf(name)}/${keys[nth]?.name}`;
  const remark = {
    message: `${JSON.stringify(delegates[nth])} is no Expert of a registry, and whoever uses this one has no other`,
    expected: "@scope/name, perhaps with @version",
    remedy: `Publish it from a file of its own, and write "${scoped}@1".`,
  };
  throw refusal(source, { path: ["experts", name, "delegates", nth], at: "value" }, remark);
};

type Versioned = { readonly name: string; readonly expert: Expert; readonly version: string | undefined };

export const requireVersion = (source: ManifestSource, { name, expert, version }: Versioned): void => {
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

export const refuseSkills = (
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
export const refuseHidden = (source: ManifestSource): void => {
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
