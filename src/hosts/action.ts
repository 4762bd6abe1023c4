import { getInput, notice } from "@actions/core";
import { ExpertStackError, isInvalidInput } from "../errors.ts";
import type { Problem } from "../report/job-report.ts";
import { readContext } from "./action-context.ts";
import { finish } from "./action-finish.ts";
import { readInputs } from "./action-inputs.ts";
import { runPost } from "./action-post.ts";
import { runStep } from "./action-step.ts";
import type { Ending } from "./ending.ts";
import { hideVariables } from "./hide-variables.ts";
import { knownSecrets } from "./known-secrets.ts";
import { type Environment, registryTokens, secretVariables, valuesOf } from "./secrets.ts";
import type { Step } from "./step.ts";

/**
 * The action's `main`, and its `post`, which the runner starts as the same program.
 *
 * @param processEnvironment the process's own; secrets are taken out of it before anything else happens
 * @param stop aborted when the runner cancels the step
 * @returns the exit code
 */
export const runAction = async (
  processEnvironment: NodeJS.ProcessEnv,
  stop: AbortSignal,
): Promise<number> => {
  const environment: Environment = { ...processEnvironment };
  if (environment.EXPERT_STACK_PHASE === "post") return await runPost(environment);
  const secrets = knownSecrets();
  const tokens = registryTokens(environment);
  secrets.add([...valuesOf(environment, secretVariables([], tokens)), getInput("github-token")]);
  let step: Step | undefined;
  try {
    const inputs = readInputs(getInput);
    secrets.add(valuesOf(environment, inputs.secretEnv));
    const hide = (names: readonly string[]): void => hideVariables(processEnvironment, names);
    hide([...secretVariables([], [...inputs.secretEnv, ...tokens]), "INPUT_GITHUB-TOKEN"]);
    step = { inputs, context: readContext(environment), environment, hide, secrets };
    const ending = await runStep(step, stop);
    return await finish(ending, { step, secrets: secrets.values(), stop });
  } catch (error) {
    return await finish(failedEnding(error), { ...(step && { step }), secrets: secrets.values(), stop });
  }
};

const failedEnding = (error: unknown): Ending => {
  if (!(error instanceof ExpertStackError)) {
    notice("This is a defect of Expert Stack. Please report it with the lines above.");
    return { conclusion: "failure", expert: getInput("expert"), problem: defect(error) };
  }
  return {
    conclusion: isInvalidInput(error) ? "invalid" : "failure",
    expert: getInput("expert"),
    problem: { code: error.code, message: error.message, remedy: error.remedy },
  };
};

const defect = (error: unknown): Problem => ({
  message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  remedy: "Please report it, with this text.",
});
