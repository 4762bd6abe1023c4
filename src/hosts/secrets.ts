import type { Expert } from "../definition/expert.ts";
import { providerKeyVariables } from "../edges/model/provider-settings.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The runner's own credentials: GitHub's token and what its services are reached with. */
const runnerVariables = [
  "GITHUB_TOKEN",
  "GH_TOKEN",
  "ACTIONS_RUNTIME_TOKEN",
  "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
  "ACTIONS_CACHE_URL_TOKEN",
] as const;

const namesASecret = /KEY|TOKEN|SECRET|PASSWORD/i;

/**
 * Names of the variables whose values are secrets: the provider's and GitHub's credentials, what `secret-env`
 * names, and every `requiredEnv` whose own name says so.
 */
export const secretVariables = (experts: Iterable<Expert>, further: readonly string[]): readonly string[] => {
  const required = [...experts].flatMap((expert) =>
    Object.values(expert.skills).flatMap((skill) =>
      skill.type === "mcpStdioSkill" ? skill.requiredEnv.filter((name) => namesASecret.test(name)) : [],
    ),
  );
  return [...new Set([...providerKeyVariables, ...runnerVariables, ...further, ...required])];
};

export const valuesOf = (environment: Environment, names: readonly string[]): readonly string[] =>
  names.flatMap((name) => environment[name] || []);
