import { parse, TomlError } from "smol-toml";
import * as z from "zod/mini";
import { ExpertStackError } from "../errors.ts";
import { indexFolder } from "./index-path.ts";

/** A GitHub account. Its number stays when it is renamed and its name is taken by another. */
export type Account = { readonly id: number; readonly login: string };

/** Of GitHub's own Actions; on a server of one's own the number is another and the login the same. */
const workflows: Account = { id: 41_898_282, login: "github-actions[bot]" };

/** Whether every workflow of a repository acts as this account: whoever may push one would be an owner. */
export const isEveryWorkflow = ({ id, login }: { readonly id: number; readonly login?: string }): boolean =>
  id === workflows.id || login?.toLowerCase() === workflows.login;

const Owner = z
  .strictObject({ id: z.int().check(z.gte(1)), login: z.exactOptional(z.string()) })
  .check(
    z.refine((owner) => !isEveryWorkflow(owner), "every workflow acts as this account; name a person's"),
  );

/** An empty list says that nobody owns the scope yet. */
const ScopeFile = z.strictObject({ v: z.literal(1), owners: z.array(Owner) });

/** Where the owners of a scope are written, on the registry's default branch. @param scope with its `@` */
export const scopePath = (scope: string): string => `${indexFolder}/scopes/${scope.slice(1)}.toml`;

/** The scope of a name, with its `@`. */
export const scopeOf = (name: string): string => name.slice(0, name.indexOf("/"));

/**
 * Reads who owns a scope, by number; logins in the file are for people.
 *
 * @param file for messages
 * @throws ExpertStackError INDEX_CORRUPT
 */
export const parseScopeFile = (text: string, file: string): ReadonlySet<number> => {
  const parsed = ScopeFile.safeParse(tomlOf(text, file));
  if (parsed.success) return new Set(parsed.data.owners.map(({ id }) => id));
  const [issue] = parsed.error.issues;
  throw unreadable(file, `${issue?.path.join(".") || "the file"}: ${issue?.message}`);
};

/**
 * The numbers that a file names which cannot be read: at most those may mend it. A comment names nobody.
 */
export const writtenOwners = (text: string): ReadonlySet<number> =>
  new Set(
    [...text.matchAll(/^[ \t]*id[ \t]*=[ \t]*([1-9]\d{0,14})[ \t]*(?:#.*)?$/gm)]
      .map(([, id]) => Number(id))
      .filter((id) => !isEveryWorkflow({ id })),
  );

/**
 * @param hint for a stranger who does not know how they come to take part
 * @throws ExpertStackError PUBLISH_REFUSED unless every one of them owns the scope
 */
export const requireOwners = (
  scope: string,
  owners: ReadonlySet<number> | undefined,
  people: readonly [Account, ...Account[]],
  hint = "",
): void => {
  if (owners === undefined || owners.size === 0) {
    throw new ExpertStackError({
      code: "PUBLISH_REFUSED",
      message: `Nobody owns the scope ${scope} in this registry.`,
      remedy:
        owners === undefined
          ? `Add ${scopePath(scope)} with the numbers of its owners, by a pull request.`
          : `Ask whoever may push to the default branch to write the numbers of its owners into ${scopePath(scope)}.`,
    });
  }
  const stranger = people.find(({ id }) => !owners.has(id));
  if (stranger === undefined) return;
  throw new ExpertStackError({
    code: "PUBLISH_REFUSED",
    message: `${stranger.login} (gh:${stranger.id}) does not own the scope ${scope}.`,
    remedy: `Ask an owner to publish, or to add the number to ${scopePath(scope)}.${hint}`,
  });
};

/** A scope's file, as a person would write it. */
export const renderScopeFile = (scope: string, { id, login }: { id: number; login?: string }): string => {
  const comment = `# Who may publish ${scope}/…: accounts of GitHub by number (https://api.github.com/users/<login>).`;
  const name = login === undefined ? "" : `login = ${JSON.stringify(login)}\n`;
  return `${comment}\nv = 1\n\n[[owners]]\nid = ${id}\n${name}`;
};

const tomlOf = (text: string, file: string): unknown => {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw unreadable(`${file}:${error.line}`, error.message.split("\n", 1)[0] ?? "it is not TOML");
  }
};

const unreadable = (where: string, what: string): ExpertStackError =>
  new ExpertStackError({
    code: "INDEX_CORRUPT",
    message: `${where}: the owners of the scope cannot be told: ${what}.`,
    remedy: "Write `v = 1` and, for each owner, [[owners]] with `id`, the account's number.",
  });
