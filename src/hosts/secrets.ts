import type { Expert } from "../definition/expert.ts";
import { providerKeyVariables } from "../edges/model/credentials.ts";
import type { JobEvent } from "../job/event.ts";
import { makeRedaction } from "../report/redaction.ts";

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

const requiredBy = (experts: Iterable<Expert>): readonly string[] =>
  [...experts].flatMap((expert) =>
    Object.values(expert.skills).flatMap((skill) =>
      skill.type === "mcpStdioSkill" ? skill.requiredEnv : [],
    ),
  );

/**
 * The passwords in addresses that Experts require, such as `postgres://user:password@host/name`, whatever the variable is
 * called: as they are written, and as they are meant.
 */
export const passwordsIn = (environment: Environment, experts: Iterable<Expert>): readonly string[] =>
  requiredBy(experts).flatMap((name) => {
    const written = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s:@]*:([^/?#\s@]+)@/i.exec(environment[name] ?? "")?.[1];
    return written === undefined ? [] : [...new Set([written, unescaped(written)])];
  });

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
