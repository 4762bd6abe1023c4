import { Command, CommanderError } from "commander";
import { ExpertStackError, isInvalidInput } from "../errors.ts";
import { notYet, type Terminal } from "./terminal.ts";
import { version } from "./version.ts";

export type Action = (terminal: Terminal) => Promise<number>;

/** Commands that are designed and not built yet: they say so instead of "unknown command". */
const comingCommands = [
  "lock",
  "audit",
  "info",
  "publish",
  "tag",
  "status",
  "registry",
  "export",
  "replay",
  "report",
  "test",
  "attack",
  "init",
  "sandbox",
] as const;

/**
 * The command line.
 *
 * @param argv what follows the program's name
 * @returns the exit code: 0 done, 1 failed, 2 the input is wrong, 130 stopped by a signal
 */
export const runCli = async (argv: readonly string[], terminal: Terminal): Promise<number> => {
  let chosen: Action | undefined;
  const program = buildProgram(terminal, (action) => {
    chosen = action;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return (await chosen?.(terminal)) ?? 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return reportError(error, terminal);
  }
};

const buildProgram = (terminal: Terminal, choose: (action: Action) => void): Command => {
  const program = new Command("expert-stack")
    .description("Runs Experts: small declarative agents in plain text.")
    .version(version, "-V, --version")
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err });
  addRun(program, choose);
  program
    .command("validate")
    .description("Check a manifest and print what is wrong with it.")
    .argument("[file]", "the manifest", "perstack.toml")
    .action((file: string) =>
      choose(async (at) => (await import("./cli-validate.ts")).validateCommand(file, at)),
    );
  program
    .command("log")
    .description("List the jobs of this workspace, or show one.")
    .argument("[job]", "a job's id")
    .option("--json", "newline-delimited JSON: the journal as it is")
    .option("--workspace <dir>", "the workspace whose jobs to show")
    .action((job: string | undefined, options: { json?: true; workspace?: string }) =>
      choose(async (at) => (await import("./cli-log.ts")).logCommand({ job, ...options }, at)),
    );
  for (const name of comingCommands) {
    program
      .command(name, { hidden: true })
      .allowUnknownOption()
      .argument("[args...]")
      .action(() => {
        throw notYet(`The command \`${name}\``);
      });
  }
  return program;
};

const addRun = (program: Command, choose: (action: Action) => void): void => {
  program
    .command("run")
    .description("Run an Expert of the manifest on a query.")
    .argument("<expert>", "the Expert's key in the manifest")
    .argument("[query]", "what to do; read from standard input when it is `-`")
    .option("--config <file>", "the manifest", "perstack.toml")
    .option("--provider <name>", "the provider, over the manifest's")
    .option("--model <id>", "the model, over the manifest's")
    .option("--reasoning-budget <level>", "none, minimal, low, medium, high, or a number of tokens")
    .option("--max-steps <n>", "generations of the whole job")
    .option("--max-retries <n>", "attempts after the first, a generation")
    .option("--timeout <ms>", "milliseconds a generation or a tool call may take")
    .option("--timeout-minutes <n>", "minutes the whole job may take")
    .option("--job-id <id>", "the new job's id")
    .option("--env-path <files...>", "files of environment variables to read")
    .option("--env <names...>", "accepted for compatibility; without effect in the local runtime")
    .option("--workspace <dir>", "the folder the Expert may touch")
    .option("--runtime <name>", "`local`, the only one", "local")
    .option("--recorded <journal>", "answer from an earlier job's events.jsonl instead of a model")
    .option("--progress <how>", "auto (rewrites one line on a terminal), plain, or json")
    .option("--json", "the same as --progress json, and the default when standard output is no terminal")
    .option("--verbose", "show what skills write to standard error")
    .option("--continue", "not available yet")
    .option("--continue-job <id>", "not available yet")
    .option("--resume-from <checkpoint>", "not available yet")
    .option("-i, --interactive-tool-call-result", "not available yet")
    .option("--event <payload>", "not available yet")
    .option("--event-name <name>", "not available yet")
    .option("--dry-run", "not available yet")
    .action((expert: string, query: string | undefined, options: Record<string, unknown>) =>
      choose(async (at) => (await import("./cli-run.ts")).runCommand({ expert, query, options }, at)),
    );
};

/** Prints an error as a person needs it; a defect of ours with its stack. */
export const reportError = (error: unknown, terminal: Terminal): number => {
  if (!(error instanceof ExpertStackError)) {
    terminal.err(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
  terminal.err(`error: ${error.message}\n  ${error.remedy}\n`);
  return isInvalidInput(error) ? 2 : 1;
};
