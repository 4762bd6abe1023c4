import { isExpertName } from "../definition/expert-name.ts";
import { isVersion } from "../definition/version.ts";
import { ExpertStackError } from "../errors.ts";

/** What a git tag asks to publish. */
export type PublishTag = {
  readonly tag: string;
  readonly version: string;
  /** `@scope/name`; a tag such as `v1.2.3` leaves it to the definition. */
  readonly name?: string;
  /** Where the definition lies in the tagged commit. */
  readonly path: string;
};

/** The longest version that can be published: a tag is a file for many a git. */
const longestVersion = 100;

/**
 * Reads `@scope/name@1.2.3`, of a registry of many Experts, or `v1.2.3`, of a repository of one.
 *
 * @throws ExpertStackError PUBLISH_REFUSED
 */
export const parsePublishTag = (tag: string): PublishTag => {
  const [, name, version] = /^(?:(@[^@]*)@|v)([^@]*)$/.exec(tag) ?? [];
  if (version === undefined) throw refused(tag, "it is neither of the two");
  const isNamed = name === undefined || (name.includes("/") && isExpertName(name));
  if (!isNamed) throw refused(tag, `${JSON.stringify(name)} is no name of an Expert`);
  if (!isPublishedVersion(version))
    throw refused(tag, `${JSON.stringify(version)} is no semantic version without build metadata`);
  if (!isLegalRef(tag)) throw refused(tag, "git takes no such name for a tag");
  return name === undefined
    ? { tag, version, path: "perstack.toml" }
    : { tag, version, name, path: definitionFile(name) };
};

/** Whether a tag is meant to publish something, rightly written or not: one of others' is not reported. */
export const looksLikePublishTag = (tag: string): boolean => /^(?:@[^/]+\/[^@]+@|v\d)/.test(tag);

/** Where a registry of many Experts keeps one. */
export const definitionFile = (name: string): string => `experts/${name.slice(1)}.toml`;

/** The tag that asks to publish a version, in a registry of many Experts. */
export const publishTagOf = (name: string, version: string): string => `${name}@${version}`;

/** Strict Semantic Versioning, without build metadata: two versions that differ in it alone have one precedence. */
export const isPublishedVersion = (version: string): boolean =>
  isVersion(version) && !version.includes("+") && version.length <= longestVersion;

/**
 * Whether `git check-ref-format refs/tags/<tag>` takes it. Of its rules, those that a name and a version of the grammar
 * above could break; a tag of other characters is none.
 */
export const isLegalRef = (tag: string): boolean =>
  /^[A-Za-z0-9@/._-]+$/.test(tag) &&
  tag !== "@" &&
  !tag.includes("..") &&
  tag
    .split("/")
    .every(
      (part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock") && !part.startsWith("-"),
    ) &&
  !tag.endsWith(".");

const refused = (tag: string, because: string): ExpertStackError =>
  new ExpertStackError({
    code: "PUBLISH_REFUSED",
    message: `The tag ${JSON.stringify(tag)} cannot publish a version: ${because}.`,
    remedy:
      "Tag @scope/name@1.2.3, or v1.2.3 in a repository of one Expert: a semantic version without build metadata.",
  });
