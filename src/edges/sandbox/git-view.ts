import { createHash } from "node:crypto";
import { type Dirent, existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ExpertStackError } from "../../errors.ts";
import { withoutCredentials } from "./git-config.ts";
import type { Mount } from "./mounts.ts";
import { hasGitInOddFolder } from "./odd-names.ts";

/** Folders that are looked into for repositories. Where there are more, nobody knows whose credentials lie there. */
const mostSearched = 100_000;

/** Bytes of a configuration that is read. */
const largestConfig = 1024 * 1024;

/** `own` are folders called `.git`; `alike` others that look like one, as that of a bare repository. */
export type GitFolders = { readonly own: readonly string[]; readonly alike: readonly string[] };

/**
 * The folders of git in and below some folders, as they are before any process of a skill has run. Links are not
 * followed: a process that ran before in the workspace may have made them.
 *
 * @throws ExpertStackError SANDBOX_FAILED where there are too many folders to look into
 */
export const gitFolders = (folders: readonly string[]): GitFolders => {
  const [own, alike] = [new Set<string>(), new Set<string>()];
  const queue = [...new Set(folders)];
  for (let at = 0; at < queue.length; at++) {
    if (at === mostSearched) throw tooMany(folders);
    const folder = queue[at] ?? "";
    const entries = entriesOf(folder);
    if (looksLikeGit(entries)) alike.add(folder);
    for (const name of foldersIn(entries)) {
      const path = join(folder, name);
      if (name === ".git") own.add(path);
      else if (name === "node_modules") for (const git of gitOfPackages(path)) own.add(git);
      else if (!isOdd(name) || existsSync(path)) queue.push(path);
      else if (hasGitInOddFolder(folder)) throw oddName(folder);
    }
  }
  return { own: [...own], alike: [...alike] };
};

/** A dependency that is a clone. Packages are too many to look into each of them further. */
const gitOfPackages = (folder: string): readonly string[] =>
  foldersIn(entriesOf(folder))
    .flatMap((name) =>
      name.startsWith("@") ? foldersIn(entriesOf(join(folder, name))).map((own) => join(name, own)) : [name],
    )
    .map((name) => join(folder, name, ".git"))
    .filter(isFolder);

/** Node writes this letter where a name is no UTF-8, or it is in the name. */
const isOdd = (name: string): boolean => name.includes("\uFFFD");

const oddName = (folder: string): ExpertStackError =>
  new ExpertStackError({
    code: "SANDBOX_FAILED",
    message: `No process is started: a repository lies below a folder in ${folder} whose name is no UTF-8, where nothing can be hidden.`,
    remedy: "Give that folder another name.",
  });

const tooMany = (folders: readonly string[]): ExpertStackError =>
  new ExpertStackError({
    code: "SANDBOX_FAILED",
    message: `No process is started: ${folders[0]} has more than ${mostSearched} folders, too many to look for credentials of git in.`,
    remedy: "Remove some of them, or check out less (`sparse-checkout`).",
  });

export const looksLikeGit = (entries: readonly Dirent[]): boolean =>
  ["HEAD", "objects", "refs"].every((name) =>
    entries.some((entry) => entry.name === name && (name === "HEAD" ? entry.isFile() : entry.isDirectory())),
  );

/**
 * What of a folder that looks like git's could hold a credential: files and folders, those that are there. The folder is
 * not hidden, since anybody can make one that looks so, with anything else in it; nor is what a link in it leads to.
 */
export const credentialPlaces = (alike: string): readonly string[] => [
  ...["config", "config.worktree", "credentials"].map((name) => join(alike, name)).filter(isFile),
  ...[join(alike, "logs")].filter(isFolder),
];

const foldersIn = (entries: readonly Dirent[]): readonly string[] =>
  entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);

export const entriesOf = (folder: string): readonly Dirent[] => {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // Not there, or not to be read, and then no process of ours reads it either.
    return [];
  }
};

/** Submodules and work trees that are shown; each takes a dozen mounts, and where there are more none of them is. */
const mostInner = 10;

/** Repositories whose folders are shown, the outermost first; of others everything is hidden, in a mount each. */
const mostShown = 10;

/** Every mount makes each start slower, and there is a limit to them. */
const mostFolders = 400;

/**
 * Git's folders as a process sees them.
 *
 * @param control where the configurations that are shown are kept
 * @throws ExpertStackError SANDBOX_FAILED where there are too many of them
 */
export const gitView = ({ own, alike }: GitFolders, control: string): readonly Mount[] => {
  if (own.length + alike.length > mostFolders) throw tooManyRepositories(own.length + alike.length);
  return [
    ...alike.flatMap((folder) => credentialPlaces(folder)).map((path): Mount => ({ type: "hide", path })),
    ...alike.slice(0, mostShown).flatMap((folder) => configsOf(folder, control)),
    ...own.slice(0, mostShown).flatMap((folder) => gitMounts(folder, control)),
    ...own.slice(mostShown).map((path): Mount => ({ type: "hide", path })),
  ];
};

const tooManyRepositories = (count: number): ExpertStackError =>
  new ExpertStackError({
    code: "SANDBOX_FAILED",
    message: `No process is started: there are ${count} repositories in the workspace, too many to hide the credentials of.`,
    remedy: `Have at most ${mostFolders} of them: remove some, or check out less.`,
  });

/**
 * What git itself keeps beside its configuration. Whatever else lies there, such as `credentials`, is not shown; nor are
 * the logs of its references: `git pull <address>` writes down the address as it was given, token and all.
 */
const usual =
  /^(?:HEAD|[A-Z_]+_HEAD|packed-refs|index|shallow|description|objects|refs|info|branches|hooks|lfs|commondir|gitdir)$/;

/**
 * A repository's own folder as a process sees it: a folder of its own that shows what git keeps, to read, and a
 * configuration without credentials, which `actions/checkout` and others leave there. The real one is left alone, so
 * that nothing has to be restored. The configuration is a file of the folder shown and no cover of the real one: such a
 * cover falls off when somebody outside replaces the file.
 *
 * @param control where the other configurations are kept
 */
export const gitMounts = (git: string, control: string): readonly Mount[] => {
  // A link would show whatever it leads to.
  const names = entriesOf(git).filter((entry) => entry.isFile() || entry.isDirectory());
  const inner = ["modules", "worktrees"].flatMap((name) => innerFolders(join(git, name)));
  const shown = inner.length <= mostInner ? inner : [];
  return [
    { type: "hide", path: git },
    ...names
      .filter(({ name }) => usual.test(name))
      .map(({ name }): Mount => ({ type: "read", path: join(git, name) })),
    ...configsOf(git, control),
    ...shown.flatMap((folder) => gitMounts(folder, control)),
  ];
};

const configsOf = (git: string, control: string): readonly Mount[] =>
  ["config", "config.worktree"].flatMap((name) => configMounts(join(git, name), control));

const configMounts = (path: string, control: string): readonly Mount[] => {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isFile() !== true || found.size > largestConfig) return [];
  return [{ type: "cover", path, by: keep(withoutCredentials(readFileSync(path, "utf8")), control) }];
};

/**
 * Those of submodules and work trees. A submodule's name may hold slashes, so a folder without a HEAD may lead to one
 * that has it. A name that is no UTF-8 cannot be given to a mount, and is not shown.
 */
const innerFolders = (folder: string): readonly string[] =>
  foldersIn(entriesOf(folder))
    .filter((name) => !isOdd(name))
    .map((name) => join(folder, name))
    .flatMap((path) =>
      ["HEAD", "config"].some((name) => isFile(join(path, name))) ? [path] : innerFolders(path),
    );

/** And no link. A submodule may be called `HEAD`, too. */
const isFile = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

const isFolder = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

const keep = (text: string, control: string): string => {
  const name = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const path = join(control, `git-${name}`);
  if (!existsSync(path)) writeFileSync(path, text, { mode: 0o444 });
  return path;
};
