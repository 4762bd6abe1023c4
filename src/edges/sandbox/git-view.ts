import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Mount } from "./mounts.ts";

/**
 * A repository's own folder to read, with its configuration as it is but for the credentials: `actions/checkout` and
 * others leave a token there. The real file is left alone, so that nothing has to be restored; a process sees another
 * one in its place.
 *
 * @param control where those other files are kept
 */
export const gitMounts = (folders: readonly string[], control: string): readonly Mount[] =>
  [...new Set(folders)].flatMap((folder) => {
    const git = join(folder, ".git");
    if (!existsSync(git) || !lstatSync(git).isDirectory()) return [];
    const covers = configurations(git).flatMap((path): readonly Mount[] => {
      const text = readFileSync(path, "utf8");
      const neutral = withoutCredentials(text);
      return neutral === text ? [] : [{ type: "cover", path, by: keep(neutral, control) }];
    });
    return [{ type: "read", path: git }, ...covers];
  });

/** The repository's, its work trees' and its submodules', however deep these lie in each other. */
const configurations = (git: string): readonly string[] => {
  const own = ["config", "config.worktree"].map((name) => join(git, name)).filter(isFile);
  const below = ["modules", "worktrees"].flatMap((name) => foldersIn(join(git, name)));
  return [...own, ...below.flatMap(configurations)];
};

const isFile = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/** A submodule's path may hold slashes, so a folder without a configuration may lead to one that has it. */
const foldersIn = (folder: string): readonly string[] => {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name))
    .flatMap((path) =>
      isFile(join(path, "config")) || isFile(join(path, "HEAD")) ? [path] : foldersIn(path),
    );
};

const section = /^\s*\[\s*([A-Za-z0-9.-]+)(?:\s+"(?:[^"\\]|\\.)*")?\s*\]/;

/** Sections that say how to log in, or where to look for it; and addresses that carry a password. */
const withoutCredentials = (text: string): string => {
  let isSecret = false;
  const kept = text.split("\n").filter((line) => {
    const name = section.exec(line)?.[1]?.toLowerCase();
    if (name !== undefined) isSecret = /^(?:http|credential|include|includeif)(?:\.|$)/.test(name);
    return !isSecret && !/^\s*(?:extraheader|askpass|sshcommand|fsmonitor|hookspath)\s*=/i.test(line);
  });
  return kept.join("\n").replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/)[^/@\s"]+@/gi, "$1");
};

const keep = (text: string, control: string): string => {
  const name = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const path = join(control, `git-${name}`);
  if (!existsSync(path)) writeFileSync(path, text, { mode: 0o444 });
  return path;
};
