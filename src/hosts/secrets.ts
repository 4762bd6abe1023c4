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
