import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { OwnPrices } from "../edges/catalog.ts";
import type { JsonObject } from "../job/message.ts";
import type { Overrides } from "../run/resolve.ts";
import { givenAgain } from "./cli-again.ts";
import { refuseRehearsal } from "./cli-run-arguments.ts";
import { withEnvFiles } from "./env-files.ts";
import {
  choice,
  cliOption,
  dollars,
  invalidValue,
  outputSchema,
  ownPrices,
  reasoningBudget,
  type Written,
  wholeNumber,
} from "./option-values.ts";
import type { Environment } from "./secrets.ts";
import { notYet, type Terminal } from "./terminal.ts";

export type RunOptions = {
  readonly config: string;
  readonly workspace: string;
  readonly overrides: Overrides;
  readonly prices: OwnPrices;
  readonly outputSchema?: JsonObject;
  /** The job that goes on, when none begins. */
  readonly continued?: {
    readonly jobId?: string;
    readonly checkpoint?: string;
    /** Whether what is said answers a question of the job's. */
    readonly queryIs: "query" | "answer";
  };
  readonly jobId?: string;
  readonly recorded?: string;
  readonly environment: Environment;
  readonly sandbox: "auto" | "required" | "off";
  readonly network: "enforced" | "open";
  /** The default registry, over the manifest's; empty for the manifest's. */
  readonly registry: string;
  readonly frozen: boolean;
  /** Names of further variables whose values are secrets. */
  readonly secretEnv: readonly string[];
  /** `auto` rewrites one line where standard error is a terminal; `plain` never does. */
  readonly output: "json" | "plain" | "auto";
  readonly verbosity: "verbose" | "normal";
  /** What `givenAgain` says. */
  readonly where: string;
};

/** The value of an option by its key, when it has one. */
type Read = (name: string) => string | undefined;

/**
 * The options of `run` as values.
 *
 * @throws ExpertStackError INPUT_INVALID naming the option, or FEATURE_NOT_AVAILABLE
 */
export const readRunOptions = async (
  options: Readonly<Record<string, unknown>>,
  terminal: Terminal,
): Promise<RunOptions> => {
  refuseRehearsal(options);
  const text: Read = (name) => {
    const value = options[name];
    return typeof value === "string" ? value : undefined;
  };
  const runtime = text("runtime") ?? "local";
  if (runtime !== "local") throw notYet(`The runtime "${runtime}"`);
  const jobId = text("jobId");
  const recorded = text("recorded");
  const continued = readContinued(options, text);
  const schema = await readSchema(text, terminal);
  if (continued !== undefined) refuseForContinued({ jobId, schema });
  return {
    config: text("config") ?? "perstack.toml",
    workspace: workspaceOf(resolve(terminal.cwd, text("workspace") ?? ".")),
    overrides: readOverrides(text),
    prices: optional("--prices", text("prices"), ownPrices) ?? new Map(),
    environment: withEnvFiles(
      terminal.environment,
      { paths: texts(options.envPath), cwd: terminal.cwd },
      (text) => terminal.err(`warning: ${text}\n`),
    ),
    secretEnv: texts(options.secretEnv).flatMap((names) => names.split(",")),
    sandbox: choice("--sandbox", text("sandbox"), ["auto", "required", "off"]),
    network: choice("--network", text("network"), ["enforced", "open"]),
    registry: text("registry") ?? "",
    frozen: options.frozen === true,
    output: readOutput(options.json, text("progress"), terminal),
    verbosity: options.verbose === true ? "verbose" : "normal",
    where: givenAgain(text, texts(options.envPath)),
    ...(jobId === undefined ? {} : { jobId }),
    ...(schema === undefined ? {} : { outputSchema: schema }),
    ...(continued === undefined ? {} : { continued }),
    ...(recorded === undefined ? {} : { recorded: resolve(terminal.cwd, recorded) }),
  };
};

const readOutput = (
  json: unknown,
  progress: string | undefined,
  terminal: Terminal,
): RunOptions["output"] => {
  if (json === true) return "json";
  if (progress === undefined) return terminal.stdoutIsTerminal ? "auto" : "json";
  const known = (["auto", "plain", "json"] as const).find((name) => name === progress);
  if (known !== undefined) return known;
  throw invalidValue(cliOption("--progress", progress), "auto, plain or json");
};

const workspaceOf = (path: string): string => {
  if (existsSync(path)) return path;
  throw invalidValue(cliOption("--workspace", path), "an existing folder");
};

const readOverrides = (text: Read): Overrides => {
  const provider = text("provider");
  const model = text("model");
  const reasoning = optional("--reasoning-budget", text("reasoningBudget"), reasoningBudget);
  const maxSteps = optional("--max-steps", text("maxSteps"), aboveZero);
  const maxTokens = optional("--max-tokens", text("maxTokens"), aboveZero);
  const maxCostUsd = optional("--max-cost-usd", text("maxCostUsd"), dollars);
  const maxRetries = optional("--max-retries", text("maxRetries"), (written) => wholeNumber(written, 0));
  const stepTimeoutMs = optional("--timeout", text("timeout"), aboveZero);
  const minutes = optional("--timeout-minutes", text("timeoutMinutes"), aboveZero);
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
    ...(reasoning === undefined ? {} : { reasoningBudget: reasoning }),
    ...(maxSteps === undefined ? {} : { maxSteps }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(maxCostUsd === undefined ? {} : { maxCostUsd }),
    ...(maxRetries === undefined ? {} : { maxRetries }),
    ...(stepTimeoutMs === undefined ? {} : { stepTimeoutMs }),
    ...(minutes === undefined ? {} : { jobTimeoutMs: minutes * 60_000 }),
  };
};

const aboveZero = (written: Written): number => wholeNumber(written, 1);

const optional = <Value>(
  name: string,
  text: string | undefined,
  read: (written: Written) => Value,
): Value | undefined => (text === undefined ? undefined : read(cliOption(name, text)));

/** `--resume-from` and `-i` say of which job they speak by `--continue-job`, or mean the newest. */
const readContinued = (
  options: Readonly<Record<string, unknown>>,
  text: Read,
): RunOptions["continued"] | undefined => {
  const jobId = text("continueJob");
  const checkpoint = text("resumeFrom");
  const isAnswer = options.interactiveToolCallResult === true;
  if (options.continue !== true && jobId === undefined && checkpoint === undefined && !isAnswer) {
    return undefined;
  }
  return {
    ...(jobId === undefined ? {} : { jobId }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    queryIs: isAnswer ? "answer" : "query",
  };
};

/** A job that goes on has its id and the form of its answer already. */
const refuseForContinued = (given: { jobId: string | undefined; schema: JsonObject | undefined }): void => {
  if (given.jobId !== undefined) {
    throw invalidValue(
      cliOption("--job-id", given.jobId),
      "left out with --continue: name the job with --continue-job",
    );
  }
  if (given.schema !== undefined) {
    throw invalidValue(
      cliOption("--output-schema", "…"),
      "left out with --continue: the job keeps the form it began with",
    );
  }
};

const readSchema = async (text: Read, terminal: Terminal): Promise<JsonObject | undefined> => {
  const own = text("outputSchema");
  if (own !== undefined) return await outputSchema({ name: "--output-schema", text: own });
  const file = text("outputSchemaFile");
  if (file === undefined) return undefined;
  const path = resolve(terminal.cwd, file);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw invalidValue(cliOption("--output-schema-file", file), "an existing file");
  }
  return await outputSchema({ name: `The file ${file}`, text: readFileSync(path, "utf8") });
};

/** The values of an option that takes several. */
const texts = (values: unknown): readonly string[] =>
  Array.isArray(values) ? values.filter((value) => typeof value === "string") : [];
