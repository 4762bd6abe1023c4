import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { ExpertStackError } from "../errors.ts";
import type { Overrides } from "../run/resolve.ts";
import type { Environment } from "./secrets.ts";
import { notYet, type Terminal } from "./terminal.ts";

export type RunOptions = {
  readonly config: string;
  readonly workspace: string;
  readonly overrides: Overrides;
  readonly jobId?: string;
  readonly recorded?: string;
  readonly environment: Environment;
  /** Names of further variables whose values are secrets. */
  readonly secretEnv: readonly string[];
  /** `auto` rewrites one line where standard error is a terminal; `plain` never does. */
  readonly output: "json" | "plain" | "auto";
  readonly verbosity: "verbose" | "normal";
};

const unavailable = [
  ["continue", "--continue"],
  ["continueJob", "--continue-job"],
  ["resumeFrom", "--resume-from"],
  ["interactiveToolCallResult", "--interactive-tool-call-result"],
  ["event", "--event"],
  ["eventName", "--event-name"],
  ["dryRun", "--dry-run"],
] as const;

/**
 * The options of `run` as values.
 *
 * @throws ExpertStackError INPUT_INVALID naming the option, or FEATURE_NOT_AVAILABLE
 */
export const readRunOptions = (
  options: Readonly<Record<string, unknown>>,
  terminal: Terminal,
): RunOptions => {
  for (const [name, flag] of unavailable) if (options[name] !== undefined) throw notYet(`\`${flag}\``);
  const text = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === "string" ? value : undefined;
  };
  const runtime = text("runtime") ?? "local";
  if (runtime !== "local") throw notYet(`The runtime "${runtime}"`);
  const jobId = text("jobId");
  const recorded = text("recorded");
  return {
    config: text("config") ?? "perstack.toml",
    workspace: workspaceOf(resolve(terminal.cwd, text("workspace") ?? ".")),
    overrides: readOverrides(text),
    environment: withEnvFiles(terminal, options.envPath),
    secretEnv: texts(options.secretEnv).flatMap((names) => names.split(",")),
    output: readOutput(options.json, text("progress"), terminal),
    verbosity: options.verbose === true ? "verbose" : "normal",
    ...(jobId === undefined ? {} : { jobId }),
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
  throw invalid("--progress", progress, "auto, plain or json");
};

const workspaceOf = (path: string): string => {
  if (existsSync(path)) return path;
  throw invalid("--workspace", path, "an existing folder");
};

const readOverrides = (text: (name: string) => string | undefined): Overrides => {
  const provider = text("provider");
  const model = text("model");
  const reasoning = text("reasoningBudget");
  const maxSteps = aboveZero("--max-steps", text("maxSteps"));
  const maxRetries = wholeNumber("--max-retries", text("maxRetries"));
  const stepTimeoutMs = aboveZero("--timeout", text("timeout"));
  const minutes = aboveZero("--timeout-minutes", text("timeoutMinutes"));
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
    ...(reasoning === undefined ? {} : { reasoningBudget: reasoningBudget(reasoning) }),
    ...(maxSteps === undefined ? {} : { maxSteps }),
    ...(maxRetries === undefined ? {} : { maxRetries }),
    ...(stepTimeoutMs === undefined ? {} : { stepTimeoutMs }),
    ...(minutes === undefined ? {} : { jobTimeoutMs: minutes * 60_000 }),
  };
};

const wholeNumber = (name: string, value: string | undefined): number | undefined => {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw invalid(name, value, "a whole number");
};

const aboveZero = (name: string, value: string | undefined): number | undefined => {
  const number = wholeNumber(name, value);
  if (number !== 0) return number;
  throw invalid(name, "0", "a whole number above zero");
};

/** The values of an option that takes several. */
const texts = (values: unknown): readonly string[] =>
  Array.isArray(values) ? values.filter((value) => typeof value === "string") : [];

const reasoningBudget = (value: string): string | number => {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  if (["none", "minimal", "low", "medium", "high"].includes(value)) return value;
  throw invalid("--reasoning-budget", value, "none, minimal, low, medium, high, or a number of tokens");
};

const invalid = (name: string, found: string, expected: string): ExpertStackError =>
  new ExpertStackError({
    code: "INPUT_INVALID",
    message: `${name} is "${found}".`,
    remedy: `It must be ${expected}. \`expert-stack run --help\` shows every option.`,
  });

/**
 * The environment with the files named by `--env-path` under it: a variable that is set already wins, as it does
 * in every tool that reads such files. A file never sends a key elsewhere that it did not bring: its `*_BASE_URL`
 * counts only when the key in use is its own.
 */
const withEnvFiles = (terminal: Terminal, files: unknown): Environment => {
  let environment = terminal.environment;
  for (const path of texts(files)) {
    environment = { ...readEnvFile(resolve(terminal.cwd, path), environment), ...environment };
  }
  return environment;
};

const readEnvFile = (path: string, environment: Environment): Environment => {
  if (!existsSync(path)) throw invalid("--env-path", path, "an existing file");
  const variables: Environment = parseEnv(readFileSync(path, "utf8"));
  return Object.fromEntries(
    Object.entries(variables).filter(([name]) => {
      const provider = /^(.+)_BASE_URL$/.exec(name)?.[1];
      if (provider === undefined) return true;
      const key = `${provider}_API_KEY`;
      return variables[key] !== undefined && (environment[key] ?? variables[key]) === variables[key];
    }),
  );
};
