import { ExpertStackError } from "../../../errors.ts";

/** Names the folder that the Expert's tools work on, for skills that ask for it. Where they start may be another one. */
export const workspaceVariable = "EXPERT_STACK_WORKSPACE";

/** What every skill gets of the host's environment, when the host has it. */
const commonVariables = [
  "PATH",
  "HOME",
  "LANG",
  "TERM",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  // No credential: the runner ends, after a job, the orphans that carry it, and so those that a killed job leaves.
  "RUNNER_TRACKING_ID",
] as const;

/**
 * The environment of a skill's process: the common variables and those its definition asks for, nothing else.
 *
 * An empty value counts as missing: a GitHub secret that does not exist arrives as an empty string.
 *
 * @throws ExpertStackError SKILL_REFUSED for a variable of the runner's own, SKILL_ENV_MISSING naming every variable
 *   that is not there
 */
export const skillEnvironment = (
  host: Readonly<Record<string, string | undefined>>,
  skill: { readonly name: string; readonly requiredEnv: readonly string[] },
): Readonly<Record<string, string>> => {
  const runners = skill.requiredEnv.filter(isRunnersOwn);
  if (runners.length > 0) throw runnersVariables(skill.name, runners);
  const missing = skill.requiredEnv.filter((variable) => (host[variable] ?? "") === "");
  if (missing.length > 0) throw missingVariables(skill.name, missing);
  const wanted = [...commonVariables, ...skill.requiredEnv];
  return Object.fromEntries(
    wanted.flatMap((variable) => {
      const value = host[variable];
      return value === undefined ? [] : [[variable, value]];
    }),
  );
};

/**
 * What steers the runner: its services' credentials, and the files by which a step sets variables, outputs and the
 * PATH of the steps after it. Windows knows no case in these names.
 */
export const isRunnersOwn = (variable: string): boolean =>
  /^(?:ACTIONS_.*|GITHUB_(?:ENV|OUTPUT|PATH|STATE|STEP_SUMMARY))$/i.test(variable);

const runnersVariables = (skill: string, variables: readonly string[]): ExpertStackError =>
  new ExpertStackError({
    code: "SKILL_REFUSED",
    message: `The skill "${skill}" asks for ${variables.join(", ")}, which only the runner itself may use.`,
    remedy: `Take ${variables.join(" and ")} out of its \`requiredEnv\`; give what it needs under another name in the step's \`env:\`.`,
  });

const missingVariables = (skill: string, missing: readonly string[]): ExpertStackError => {
  const lines = missing.map((variable) => `  ${variable}: \${{ secrets.${variable} }}`);
  return new ExpertStackError({
    code: "SKILL_ENV_MISSING",
    message: `The skill "${skill}" needs ${missing.join(", ")} in the environment; it is not set or is empty.`,
    remedy: `In a workflow add to the step:\nenv:\n${lines.join("\n")}\nOn a command line export ${missing.join(" and ")} first.`,
  });
};
