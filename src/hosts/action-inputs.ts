import type { OwnPrices } from "../edges/catalog.ts";
import { ExpertStackError } from "../errors.ts";
import type { OutputPolicy } from "../outputs/output-kinds.ts";
import { readOutputPolicy } from "../outputs/policy.ts";
import type { Role } from "../request/role.ts";
import type { Overrides } from "../run/resolve.ts";
import { refuseUnavailableInputs } from "./action-inputs-unavailable.ts";
import {
  dollars,
  invalidValue,
  ownPrices,
  reasoningBudget,
  type Written,
  wholeNumber,
} from "./option-values.ts";

/** The step's `with:`, parsed. `action.yml` declares every input and its default. */
export type ActionInputs = {
  readonly expert: string;
  readonly commands: readonly string[];
  readonly prompt: string;
  readonly promptFile: string;
  readonly config: string;
  readonly overrides: Overrides;
  readonly prices: OwnPrices;
  readonly outputSchema: string;
  readonly outputSchemaFile: string;
  readonly triggerPhrase: string;
  readonly permission: Role;
  readonly maxJobsPerActor: number | undefined;
  readonly allowUsers: readonly string[];
  readonly allowBots: readonly string[];
  readonly sandbox: "auto" | "required" | "off";
  readonly network: "enforced" | "open";
  readonly allowHosts: readonly string[];
  readonly registry: string;
  /** Empty: frozen once there is a lock. */
  readonly frozen: "" | "true" | "false";
  readonly allowUnlocked: "true" | "false";
  readonly githubTools: "true" | "false";
  readonly untrustedContext: "mark" | "drop";
  readonly safeOutputs: OutputPolicy;
  /** `ack` shows that a job is about to run, and runs none. */
  readonly mode: "run" | "plan" | "publish" | "ack";
  /** What another job left, in `mode: publish`. */
  readonly plan: string;
  readonly planDigest: string;
  readonly comment: "sticky" | "new";
  readonly onSkip: "pass" | "fail";
  readonly artifact: "full" | "summary" | "none";
  readonly artifactName: string;
  readonly retentionDays: number | undefined;
  readonly secretEnv: readonly string[];
  readonly token: string;
  readonly workingDirectory: string;
};

/** The text of an input by its name, empty when it is not set. */
export type ReadInput = (name: string) => string;

/**
 * @param getInput reads the step's own inputs, or the command line's options of the same names
 * @throws ExpertStackError INPUT_INVALID or INPUT_NOT_AVAILABLE, naming the input
 */
export const readInputs = (getInput: ReadInput): ActionInputs => {
  const { lines, oneOf, optional } = readersOf(getInput);
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
    overrides: readOverrides(getInput),
    prices: optional("prices", ownPrices) ?? new Map(),
    ...{ outputSchema: getInput("output-schema"), outputSchemaFile: getInput("output-schema-file") },
    triggerPhrase: getInput("trigger-phrase") || "/expert",
    ...readWho(readersOf(getInput)),
    sandbox: oneOf("sandbox", ["auto", "required", "off"]),
    network: oneOf("network", ["enforced", "open"]),
    allowHosts: lines("allow-hosts"),
    ...readRegistry(getInput),
    githubTools: oneOf("github-tools", ["true", "false"]),
    untrustedContext: oneOf("untrusted-context", ["mark", "drop"]),
    safeOutputs: readOutputPolicy(getInput("safe-outputs") || "comment"),
    ...readMode(getInput),
    comment: oneOf("comment", ["sticky", "new"]),
    onSkip: oneOf("on-skip", ["pass", "fail"]),
    artifact: oneOf("artifact", ["full", "summary", "none"]),
    artifactName: artifactName(getInput),
    retentionDays: optional("retention-days", (written) => wholeNumber(written, 1)),
    secretEnv: lines("secret-env"),
    token: getInput("github-token"),
    workingDirectory: getInput("working-directory"),
  };
};

const readRegistry = (getInput: ReadInput): Pick<ActionInputs, "registry" | "frozen" | "allowUnlocked"> => {
  const { oneOf } = readersOf(getInput);
  return {
    registry: getInput("registry"),
    frozen: oneOf("frozen", ["", "true", "false"]),
    allowUnlocked: oneOf("allow-unlocked", ["false", "true"]),
  };
};

/** Anybody may only where it is said how often. */
const readWho = ({
  lines,
  oneOf,
  optional,
}: Readers): Pick<ActionInputs, "permission" | "maxJobsPerActor" | "allowUsers" | "allowBots"> => {
  const permission = oneOf("permission", ["write", "admin", "maintain", "triage", "read", "none"]);
  const maxJobsPerActor = optional("max-jobs-per-actor", (written) => wholeNumber(written, 1));
  if (permission === "none" && maxJobsPerActor === undefined) {
    throw new ExpertStackError({
      code: "INPUT_INVALID",
      message: "`permission: none` lets anybody start jobs, and `max-jobs-per-actor` is not set.",
      remedy: "Say how many a day one person may start: `max-jobs-per-actor: 5`.",
    });
  }
  return { permission, maxJobsPerActor, allowUsers: lines("allow-users"), allowBots: lines("allow-bots") };
};

/** A plan belongs to the job that publishes it; one that is given to another is a mistake. */
const readMode = (getInput: ReadInput): Pick<ActionInputs, "mode" | "plan" | "planDigest"> => {
  const mode = readersOf(getInput).oneOf("mode", ["run", "plan", "publish", "ack"]);
  const plan = getInput("plan");
  const planDigest = getInput("plan-digest");
  if (mode === "publish" || (plan === "" && planDigest === "")) return { mode, plan, planDigest };
  throw new ExpertStackError({
    code: "INPUT_INVALID",
    message: `\`plan\` and \`plan-digest\` are for \`mode: publish\`, and this step's mode is \`${mode}\`.`,
    remedy: "Leave them out, or set `mode: publish`.",
  });
};

const readOverrides = (getInput: ReadInput): Overrides => {
  const { optional } = readersOf(getInput);
  const provider = getInput("provider");
  const model = getInput("model");
  const reasoning = optional("reasoning-budget", reasoningBudget);
  const maxSteps = optional("max-steps", (written) => wholeNumber(written, 1));
  const maxTokens = optional("max-tokens", (written) => wholeNumber(written, 1));
  const maxCostUsd = optional("max-cost-usd", dollars);
  const maxRetries = optional("max-retries", (written) => wholeNumber(written, 0));
  const minutes = optional("timeout-minutes", (written) => wholeNumber(written, 1));
  return {
    ...(provider === "" ? {} : { provider }),
    ...(model === "" ? {} : { model }),
    ...(reasoning === undefined ? {} : { reasoningBudget: reasoning }),
    ...(maxSteps === undefined ? {} : { maxSteps }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(maxCostUsd === undefined ? {} : { maxCostUsd }),
    ...(maxRetries === undefined ? {} : { maxRetries }),
    ...(minutes === undefined ? {} : { jobTimeoutMs: minutes * 60_000 }),
  };
};

type Readers = ReturnType<typeof readersOf>;

/** Inputs that are more than a text. */
const readersOf = (getInput: ReadInput) => ({
  optional: <Value>(name: string, read: (written: Written) => Value): Value | undefined => {
    const text = getInput(name);
    return text === "" ? undefined : read({ name: `The input \`${name}\``, text });
  },
  lines: (name: string): readonly string[] =>
    getInput(name)
      .split(/[\n,]/)
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  /** The first choice is the default, as in action.yml. */
  oneOf: <const Choice extends string>(name: string, choices: readonly [Choice, ...Choice[]]): Choice => {
    const value = getInput(name);
    if (value === "") return choices[0];
    const choice = choices.find((candidate) => candidate === value);
    if (choice !== undefined) return choice;
    throw invalidValue({ name: `The input \`${name}\``, text: value }, choices.join(" or "));
  },
});

/** The characters that the artifact service refuses: https://github.com/actions/toolkit/tree/main/packages/artifact */
const artifactName = (getInput: ReadInput): string => {
  const value = getInput("artifact-name");
  if (!/[\\/":<>|*?\r\n]/.test(value)) return value;
  throw invalidValue({ name: "The input `artifact-name`", text: value }, 'a name without \\ / " : < > | * ?');
};
