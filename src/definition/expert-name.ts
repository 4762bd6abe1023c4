import { isVersion } from "./version.ts";

/** `name` or `@scope/name`: lower case letters, digits, `_` and `-`, each part starting with a letter or digit. */
export const expertNamePattern = /^(?:@[a-z0-9][a-z0-9_-]*\/)?[a-z0-9][a-z0-9_-]*$/;

/** A dist-tag of a registry (`stable`) and a tag of an Expert (`review`). */
export const tagPattern = /^[a-z0-9][a-z0-9_-]*$/;

export const maxExpertNameLength = 255;
const maxExpertKeyLength = 511;

/** What follows the name in `@scope/name@1.2.3`. */
export type VersionRequest =
  | { readonly type: "exact"; readonly version: string }
  /** A semver range: `@1` asks for `^1`, `@1.2` for `~1.2`. */
  | { readonly type: "range"; readonly range: string }
  | { readonly type: "tag"; readonly tag: string };

/** An Expert's key, taken apart. `name` includes the scope; `shortName` does not. */
export type ExpertKey = {
  readonly name: string;
  /** With its `@`, as in `[registries.scopes]`. */
  readonly scope?: string;
  readonly shortName: string;
  readonly request?: VersionRequest;
};

export const isExpertName = (text: string): boolean =>
  text.length <= maxExpertNameLength && expertNamePattern.test(text);

/** Takes `name`, `@scope/name`, and either with `@version`, `@range` or `@tag`; `undefined` for anything else. */
export const parseExpertKey = (text: string): ExpertKey | undefined => {
  if (text.length > maxExpertKeyLength) return undefined;
  const at = text.indexOf("@", 1);
  const name = at === -1 ? text : text.slice(0, at);
  if (!isExpertName(name)) return undefined;
  const slash = name.indexOf("/");
  const parts = {
    name,
    shortName: name.slice(slash + 1),
    ...(slash === -1 ? {} : { scope: name.slice(0, slash) }),
  };
  if (at === -1) return parts;
  const request = versionRequest(text.slice(at + 1));
  return request === undefined ? undefined : { ...parts, request };
};

const versionRequest = (text: string): VersionRequest | undefined => {
  if (isVersion(text)) return { type: "exact", version: text };
  // Without what is left out it must be a version, so that it can be compared.
  if (isVersion(`${text}.0.0`)) return { type: "range", range: `^${text}` };
  if (isVersion(`${text}.0`)) return { type: "range", range: `~${text}` };
  // A tag of digits alone would read as a version.
  return tagPattern.test(text) && !/^\d+$/.test(text) ? { type: "tag", tag: text } : undefined;
};
