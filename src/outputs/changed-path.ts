import { pathFits } from "./path-glob.ts";

/** Files that say what runs and who decides, by which an Expert could give itself or others more rights. */
export type Protected = {
  /** Path of the manifest, as the step gives it, besides every `perstack.toml`. */
  readonly manifest: string;
};

/**
 * Why no commit touches a path: it is none that every system reads alike, it is protected, or the policy does not name
 * it. Case does not count for what is protected, since some systems do not tell `.GitHub` from `.github`.
 *
 * @param path from the repository's root, with slashes
 * @param paths the policy's patterns; a protected file has to be written out in one of them, without a wildcard
 */
export const pathRefusal = (
  path: string,
  { paths, manifest }: Protected & { readonly paths: readonly string[] },
): string | undefined => {
  const odd = oddness(path);
  if (odd !== undefined) return odd;
  if (paths.includes(path)) return undefined;
  const reason = protection(path, manifest);
  if (reason !== undefined) return `${reason}, and \`paths=\` does not write it out`;
  return pathFits(path, paths) ? undefined : "it fits no pattern of `paths=`";
};

/** Characters that HFS+ leaves out when it compares names: `.g\u200cit` is `.git` there. */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** As systems compare names that do not tell case, width or the end of a name apart. */
export const folded = (name: string): string =>
  name
    .replace(ignoredByHfs, "")
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[. ]+$/, "");

/** Windows reads a colon as the begin of a stream, `git~1` as the short name of `.git`, and ends no name with a dot. */
const oddness = (path: string): string | undefined => {
  const names = path.split("/");
  if (path.length > longestPath) return `it has more than ${longestPath} characters`;
  if (names.some((name) => name === "" || name === "." || name === "..")) return "it is no path of a file";
  if (names.some((name) => /^(?:\.git|git~\d+)(?::.*)?$/.test(folded(name.replace(/:.*$/, "")))))
    return "it is, or looks like, git's own folder";
  if (/[\p{C}\p{Zl}\p{Zp}\ufffd\\:*?"<>|]/u.test(path) || path !== path.normalize("NFC"))
    return "its name has characters that not every system has";
  if (names.some((name) => /[. ]$|^ /.test(name)))
    return "a name in it begins or ends with a space, or ends with a dot";
  return undefined;
};

/** Characters. What is longer is no name that a person gives. */
const longestPath = 400;

const protection = (path: string, manifest: string): string | undefined => {
  const names = path.split("/").map(folded);
  const last = names.at(-1) ?? "";
  if (names[0] === ".github") return "it is in .github";
  if (last === "codeowners") return "it is a CODEOWNERS file";
  if (last === ".gitmodules") return "it says what submodules there are";
  if (last === "perstack.toml" || names.join("/") === whole(manifest)) return "it is a manifest";
  if (last === "perstack.lock") return "it is a lock";
  return undefined;
};

/** As the runner reads it: `.` and `..` are taken for what they mean. */
const whole = (path: string): string => {
  const way: string[] = [];
  for (const name of path.split("/")) {
    if (name === "..") way.pop();
    else if (name !== "" && name !== ".") way.push(folded(name));
  }
  return way.join("/");
};
