import { realpath } from "node:fs/promises";
import { delimiter, isAbsolute, relative } from "node:path";
import { parseManifest } from "../definition/manifest.ts";
import { folderDefinitions } from "../edges/definitions/folder.ts";
import { commitDefinitions, headCommit } from "../edges/definitions/git-commit.ts";
import { pathOutside, programOutside } from "../edges/skills/program-outside.ts";
import { ExpertStackError } from "../errors.ts";
import { isByAnybody } from "../request/people.ts";
import type { Trigger } from "../request/trigger.ts";
import type { Definitions, Repository } from "../run/github-ports.ts";
import type { ActionContext } from "./action-context.ts";
import type { Environment } from "./secrets.ts";

/** Where definitions are read from, and whether the checkout is that very commit. */
export type TrustedDefinitions = {
  readonly definitions: Definitions;
  readonly commit: string;
  readonly workspace: "trusted commit" | "another commit";
  /** The same at another commit, whose content is nobody's definition but something to look at. */
  readonly at: (commit: string) => Definitions;
};

/**
 * Resolves the trusted commit once: the default branch's head for whatever a pull request, an issue or a comment
 * set off, since anyone can open one against an old branch; the commit of the event itself for push, schedule and
 * manual runs.
 */
export const trustedDefinitions = async (from: {
  readonly trigger: Trigger;
  readonly context: ActionContext;
  readonly environment: Environment;
  readonly repository: () => Promise<Repository>;
}): Promise<TrustedDefinitions> => {
  const { trigger, context, environment } = from;
  const repository = await from.repository();
  const checkout = { workspace: context.checkout, ...gitOutside(context.checkout, environment) };
  const commit = isByAnybody(trigger)
    ? await repository.branchHead(trigger.repository.defaultBranch)
    : context.sha;
  const head = await headCommit(checkout);
  const at = (id: string): Definitions =>
    commitDefinitions({ ...checkout, commit: id, fallback: repository.readFile });
  return {
    commit,
    definitions: at(commit),
    at,
    workspace: head === commit ? "trusted commit" : "another commit",
  };
};

/** What says which commit is trusted must not be a program of the checkout. */
export const gitOutside = (workspace: string, { PATH: path = "", HOME = "" }: Environment) => ({
  git: programOutside("git", { path, workspace }),
  environment: { PATH: pathOutside(path, workspace).join(delimiter), HOME },
});

/**
 * The text of a file that an input (`prompt-file`) names: from the trusted commit, or, given by absolute path, a file that an earlier step wrote
 * outside the checkout. A file of the checkout could be a stranger's.
 */
export const readNamedFile = async (
  path: string,
  from: { readonly input: string; readonly definitions: Definitions; readonly checkout: string },
): Promise<string> => {
  const text = await readFrom(path, from.definitions, from.checkout);
  if (text !== undefined) return text;
  throw new ExpertStackError({
    code: "INPUT_INVALID",
    message: `The input \`${from.input}\` names ${path}, which is not in the trusted commit.`,
    remedy: "Commit it to the default branch, or give the absolute path of a file outside the checkout.",
  });
};

const readFrom = async (
  path: string,
  definitions: Definitions,
  checkout: string,
): Promise<string | undefined> => {
  if (!isAbsolute(path)) return await definitions.read(path);
  const [file, folder] = await Promise.all([path, checkout].map(withoutLinks));
  if (file === undefined || folder === undefined) return undefined;
  const isOutside = /^\.\.(\/|$)/.test(relative(folder, file));
  return isOutside ? await folderDefinitions("/").read(file) : undefined;
};

/** @returns nothing when nothing is there */
const withoutLinks = (path: string): Promise<string | undefined> => realpath(path).catch(() => undefined);

/** What `validate` would say of the pull request's own manifest, when the trusted commit has none yet. */
export const checkOwnManifest = async (own: Definitions, file: string): Promise<string> => {
  const text = await own.read(file);
  if (text === undefined) return "The pull request has none.";
  const { type, findings } = parseManifest({ text, file });
  if (findings.length === 0) return "The pull request's own is valid.";
  const shown = findings
    .slice(0, 20)
    .map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
  return `The pull request's own is ${type}: ${shown.join("; ")}`;
};
