import { getInput } from "@actions/core";
import { ExpertStackError } from "../errors.ts";
import type { Role } from "../request/role.ts";
import type { Overrides } from "../run/resolve.ts";
import { refuseUnavailableInputs } from "./action-inputs-unavailable.ts";

/** The step's `with:`, parsed. `action.yml` declares every input and its default. */
export type ActionInputs = {
  readonly expert: string;
  readonly commands: readonly string[];
  readonly prompt: string;
  readonly promptFile: string;
  readonly config: string;
  readonly overrides: Overrides;
  readonly triggerPhrase: string;
  readonly permission: Exclude<Role, "none">;
  readonly allowUsers: readonly string[];
  readonly allowBots: readonly string[];
  readonly safeOutputs: "comment" | "none";
  readonly comment: "sticky" | "new";
  readonly onSkip: "pass" | "fail";
  readonly artifact: "full" | "summary" | "none";
  readonly artifactName: string;
  readonly retentionDays: number | undefined;
  readonly secretEnv: readonly string[];
  readonly token: string;
  readonly workingDirectory: string;
};

/** @throws ExpertStackError INPUT_INVALID or INPUT_NOT_AVAILABLE, naming the input */
export const readInputs = (): ActionInputs => {
  refuseUnavailableInputs(getInput);
  const expert = getInput("expert");
  if (expert === "") {
    throw new ExpertStackError({
      code: "INPUT_INVALID",
      message: "The input `expert` is empty.",
      remedy: "Set it to the key of an Expert in perstack.toml: `with: { expert: reviewer }`.",
    });
  }
  return {
    expert,
    commands: lines("commands"),
    prompt: getInput("prompt"),
    promptFile: getInput("prompt-file"),
    config: getInput("config") || "perstack.toml",
    overrides: readOverrides(),
    triggerPhrase: getInput("trigger-phrase") || "/expert",
    permission: oneOf("permission", ["write", "admin", "maintain", "triage", "read"]),
    allowUsers: lines("allow-users"),
    allowBots: lines("allow-bots"),
    safeOutputs: oneOf("safe-outputs", ["comment", "none"]),
    comment: oneOf("comment", ["sticky", "new"]),
    onSkip: oneOf("on-skip", ["pass", "fail"]),
    artifact: oneOf("artifact", ["full", "summary", "none"]),
    artifactName: artifactName(),
    retentionDays: wholeNumber("retention-days"),
    secretEnv: lines("secret-env"),
    token: getInput("github-token"),
    workingDirectory: getInput("working-directory"),
  };
};

const readOverrides = (): Overrides => {
  const provider = getInput("provider");
  const model = getInput("model");
  const reasoningBudget = readReasoningBudget();
  const maxSteps = wholeNumber("max-steps");
  const maxRetries = wholeNumber("max-retries");
  const minutes = wholeNumber("timeout-minutes");
  return {
    ...(provider === "" ? {} : { provider }),
    ...(model === "" ? {} : { model }),
    ...(reasoningBudget === undefined ? {} : { reasoningBudget }),
    ...(maxSteps === undefined ? {} : { maxSteps }),
    ...(maxRetries === undefined ? {} : { maxRetries }),
    ...(minutes === undefined ? {} : { jobTimeoutMs: minutes * 60_000 }),
  };
};

const readReasoningBudget = (): string | number | undefined => {
  const value = getInput("reasoning-budget");
  if (value === "") return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  if (["none", "minimal", "low", "medium", "high"].includes(value)) return value;
  throw invalidInput("reasoning-budget", value, "none, minimal, low, medium, high, or a number of tokens");
};

const lines = (name: string): readonly string[] =>
  getInput(name)
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** The first choice is the default, as in action.yml. */
const oneOf = <const Choice extends string>(
  name: string,
  choices: readonly [Choice, ...Choice[]],
): Choice => {
  const value = getInput(name);
  if (value === "") return choices[0];
  const choice = choices.find((candidate) => candidate === value);
  if (choice !== undefined) return choice;
  throw invalidInput(name, value, choices.join(" or "));
};

const wholeNumber = (name: string): number | undefined => {
  const value = getInput(name);
  if (value === "") return undefined;
  if (/^[1-9]\d{0,8}$/.test(value) || (value === "0" && name === "max-retries")) return Number(value);
  throw invalidInput(name, value, "a whole number above zero");
};

/** The characters that the artifact service refuses: https://github.com/actions/toolkit/tree/main/packages/artifact */
const artifactName = (): string => {
  const value = getInput("artifact-name");
  if (!/[\\/":<>|*?\r\n]/.test(value)) return value;
  throw invalidInput("artifact-name", value, 'a name without \\ / " : < > | * ?');
};

const invalidInput = (name: string, found: string, expected: string): ExpertStackError =>
  new ExpertStackError({
    code: "INPUT_INVALID",
    message: `The input \`${name}\` is "${found}".`,
    remedy: `It must be ${expected}.`,
  });
