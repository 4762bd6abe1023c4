import type { Expert } from "../definition/expert.ts";
import { providerKeyVariables } from "../definition/provider-key-variables.ts";
import type { JobEvent } from "../job/event.ts";
import { makeRedaction } from "../report/redaction.ts";
import { shortestSecret } from "../report/secret-forms.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The runner's own credentials: GitHub's token and what its services are reached with. */
const runnerVariables = [
  "GITHUB_TOKEN",
  "GH_TOKEN",
  "ACTIONS_RUNTIME_TOKEN",
  "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
  "ACTIONS_CACHE_URL_TOKEN",
] as const;

const namesASecret = /KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL|_(?:PAT|PASS|PWD|DSN|AUTH)$/i;

/**
 * Names of the variables whose values are secrets: the provider's and GitHub's credentials, what `secret-env`
 * names, and every `requiredEnv` whose own name says so.
 */
export const secretVariables = (experts: Iterable<Expert>, further: readonly string[]): readonly string[] => {
  const required = requiredBy(experts).filter((name) => namesASecret.test(name));
  return [...new Set([...providerKeyVariables, ...runnerVariables, ...further, ...required])];
};

/** What a variable that holds the token of a registry's host is called, before the host. */
export const tokenPrefix = "EXPERT_STACK_TOKEN_";

/** Variables that hold the token of a registry's host. */
export const registryTokens = (environment: Environment): readonly string[] =>
  Object.keys(environment).filter((name) => name.startsWith(tokenPrefix));

const requiredBy = (experts: Iterable<Expert>): readonly string[] =>
  [...experts].flatMap((expert) =>
    Object.values(expert.skills).flatMap((skill) =>
      skill.type === "mcpStdioSkill" ? skill.requiredEnv : [],
    ),
  );

/**
 * The passwords in addresses that Experts require, such as `postgres://user:password@host/name`, and in connection strings,
 * such as `Server=host;Password=password`, whatever the variable is called: as they are written, and as they are meant.
 */
export const passwordsIn = (environment: Environment, experts: Iterable<Expert>): readonly string[] =>
  requiredBy(experts).flatMap((name) => {
    const value = (environment[name] ?? "").trim();
    const written = [...passwordOf(value), ...namedPasswords(value)];
    return [...new Set(written.flatMap((password) => [password, unescaped(password)]))];
  });

/**
 * What stands before the host. Where the part up to the first slash names nobody, and no port either, the slash is one
 * of a password that nobody escaped.
 */
const passwordOf = (value: string): readonly string[] => {
  const rest = /^(?:[a-z][a-z0-9+.-]*:)+\/\/(.*)$/is.exec(value)?.[1] ?? "";
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? "";
  const isWhole = authority.includes("@") || /^[^:]*(?::\d{0,5})?$/.test(authority);
  const login = /^(.*)@/s.exec(isWhole ? authority : rest)?.[1] ?? "";
  const [, user = "", password = ""] = /^([^:]*):?(.*)$/s.exec(login) ?? [];
  if (password !== "" && password !== "x-oauth-basic") return [password];
  // Where a token stands for a user. A name is mostly of small letters, and would be taken out of any text.
  return user.length < shortestSecret || /^[a-z._-]*$/.test(user) ? [] : [user];
};

/** The values of `password`, in a query and in pairs that semicolons or blanks divide. */
const namedPasswords = (value: string): readonly string[] =>
  [
    /[?&](?:password|passwd|pwd)=([^&#\s]+)/gi,
    /(?:^|[;\s])(?:password|passwd|pwd)\s*=\s*(?:"([^"]+)"|'([^']+)'|\{([^}]+)\}|([^\s;"'{][^;]*?)(?=\s*(?:;|$)|\s+\w+\s*=))/gi,
  ].flatMap((pattern) =>
    [...value.matchAll(pattern)].flatMap(([, ...groups]) => groups.filter((group) => group !== undefined)),
  );

const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    // Written by somebody who does not escape.
    return text;
  }
};

export const valuesOf = (environment: Environment, names: readonly string[]): readonly string[] =>
  names.flatMap((name) => environment[name] || []);

/** A warning for the job's record when a secret is such that taking it out of texts would take out anything. */
export const weakSecretNotes = (
  environment: Environment,
  names: readonly string[],
): readonly Extract<JobEvent, { type: "note" }>[] => {
  const set = names.filter((name) => (environment[name] ?? "") !== "");
  const { tooShort } = makeRedaction(valuesOf(environment, set));
  if (tooShort.length === 0) return [];
  const weak = tooShort.map((at) => set[at]).join(", ");
  const [are, they] = tooShort.length === 1 ? ["secret is", "it"] : ["secrets are", "they"];
  const text = `${tooShort.length} known ${are} under 8 characters or a common word, so ${they} cannot be taken out of texts: ${weak}.`;
  return [{ type: "note", level: "warning", text }];
};
