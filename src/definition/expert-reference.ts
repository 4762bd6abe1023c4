import { ExpertStackError } from "../errors.ts";
import { isExpertName, parseExpertKey, type VersionRequest } from "./expert-name.ts";
import { isRepositoryPath } from "./repository-path.ts";

/** How a person names the Expert to run, before anything is looked up. */
export type ExpertReference =
  /** A key of the manifest at hand. */
  | { readonly type: "key"; readonly key: string }
  /**
   * A scoped name: a key of the manifest when it has that key, else of the scope's registry. `scope` carries its
   * `@`, `name` is the full `@scope/name`; without `range` the newest available release is meant.
   */
  | {
      readonly type: "registry";
      readonly scope: string;
      readonly name: string;
      readonly range?: VersionRequest;
    }
  /** A file at a tag or commit of a repository on GitHub. */
  | {
      readonly type: "github";
      readonly owner: string;
      readonly repo: string;
      readonly path: string;
      readonly ref: string;
    };

const githubPrefix = "github:";

/** @throws ExpertStackError REFERENCE_INVALID */
export const parseExpertReference = (text: string): ExpertReference =>
  text.startsWith(githubPrefix) ? githubReference(text) : namedReference(text);

/** Whether it names a file at a tag or commit. */
export const isFileReference = (text: string): boolean => {
  if (!text.startsWith(githubPrefix)) return false;
  try {
    return parseExpertReference(text).type === "github";
  } catch (error) {
    if (error instanceof ExpertStackError) return false;
    throw error;
  }
};

const namedReference = (text: string): ExpertReference => {
  const key = parseExpertKey(text);
  if (key === undefined) {
    const at = text.indexOf("@", 1);
    if (at !== -1 && isExpertName(text.slice(0, at))) throw noVersion(text, at);
    throw invalid(
      text,
      "a name has lower case letters, digits, `_` and `-`, and starts with a letter or digit",
    );
  }
  if (key.scope === undefined) {
    if (key.request === undefined) return { type: "key", key: key.name };
    throw invalid(text, "only a scoped name can carry a version, a range or a tag", `Write "${key.name}".`);
  }
  return {
    type: "registry",
    scope: key.scope,
    name: key.name,
    ...(key.request === undefined ? {} : { range: key.request }),
  };
};

const noVersion = (text: string, at: number): ExpertStackError =>
  invalid(
    text,
    `${JSON.stringify(text.slice(at + 1))} is no version: 1, 1.2, 1.2.3 or a word such as stable was expected`,
    `Write "${text.slice(0, at)}@1" for the newest 1.x.`,
  );

const githubReference = (text: string): ExpertReference => {
  const match = /^github:([^/]+)\/([^/]+)\/\/(.+)$/s.exec(text);
  const [, owner = "", repo = "", file = ""] = match ?? [];
  if (match === null || !isOwner(owner) || !isRepository(repo)) {
    throw invalid(
      text,
      "after `github:` come owner/repo, two slashes, the file's path, `@` and a tag or commit",
    );
  }
  // A registry's tags hold `@` themselves (`@scope/name@1.2.3`), so the end of the file name decides.
  const toml = file.indexOf(".toml@");
  const at = toml === -1 ? file.indexOf("@") : toml + ".toml".length;
  if (at === -1) {
    throw invalid(text, "it names no tag or commit", `Write "${text}@v1.0.0", with a tag that exists.`);
  }
  const path = file.slice(0, at);
  const ref = file.slice(at + 1);
  if (!isRepositoryPath(path)) throw invalid(text, `"${path}" is not a path inside the repository`);
  if (!isGitRef(ref)) throw invalid(text, `"${ref}" is not a tag or commit`);
  return { type: "github", owner, repo, path, ref };
};

const isOwner = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/.test(text);

const isRepository = (text: string): boolean =>
  /^[A-Za-z0-9._][A-Za-z0-9._-]{0,99}$/.test(text) && text !== "." && text !== "..";

/** The rules of `git check-ref-format` for one name, plus: no leading `-`, which git would take for an option. */
const isGitRef = (ref: string): boolean =>
  /^[^-/\s~^:?*[\\\p{Cc}][^\s~^:?*[\\\p{Cc}]*$/u.test(ref) &&
  !/\.\.|@\{|\/\/|\.$|\/$/.test(ref) &&
  ref !== "@" &&
  ref.split("/").every((part) => !part.startsWith(".") && !part.endsWith(".lock"));

const invalid = (text: string, reason: string, remedy?: string): ExpertStackError =>
  new ExpertStackError({
    code: "REFERENCE_INVALID",
    message: `${JSON.stringify(text)} is not a reference to an Expert: ${reason}`,
    remedy:
      remedy ??
      "Write a key of perstack.toml, @scope/name, @scope/name@1, @scope/name@1.2.3, @scope/name@stable or github:owner/repo//path@tag.",
  });
