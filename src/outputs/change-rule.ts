import { invalidPolicy, type PolicyOptions } from "./policy-options.ts";

/** What a step's author lets a commit touch. */
export type ChangeRule = {
  /** Globs of paths from the repository's root. */
  readonly paths: readonly string[];
  readonly maxFiles: number;
};

/** Reads `paths=` and `max-files=`. What an Expert may write is for the step's author to say. */
export const changedPaths = (options: PolicyOptions): ChangeRule => {
  const { line } = options;
  const paths = options.list("paths") ?? [];
  if (paths.length === 0) {
    throw invalidPolicy({
      line,
      text: "`paths` is missing, say which: `paths=src/**,docs/**`; `paths=**` allows any that is not protected",
    });
  }
  const odd = paths.find((path) => /^[!/]|^\.\/|\\|(?:^|\/)\.\.(?:\/|$)/.test(path));
  if (odd !== undefined) {
    throw invalidPolicy({
      line,
      text: `\`${odd}\`: write it from the repository's root, without / before it`,
    });
  }
  return { paths, maxFiles: options.count("max-files", 20) };
};
