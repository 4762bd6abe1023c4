import { Command, CommanderError, Option } from "commander";
import { ExpertStackError } from "../errors.ts";
import { addLockCommands } from "./cli-lock-program.ts";
import { addLookups } from "./cli-lookup-program.ts";
import { addPublishing, addRegistry } from "./cli-registry-program.ts";
import { runFlags } from "./cli-run-flags.ts";
import { notYet, type Terminal } from "./terminal.ts";
import { version } from "./version.ts";

/** A command that was chosen, still to be carried out. */
export type Action = (terminal: Terminal) => Promise<number>;

/** Commands that are designed and not built yet: they say so instead of "unknown command". */
const comingCommands = ["export", "replay", "report", "test", "init"] as const;

/**
 * Reads a command line with help, versions and explanations of mistakes.
 *
 * @returns what to do, or the exit code when there is nothing more to do
 */
export const chooseCommand = async (
  argv: readonly string[],
  terminal: Terminal,
): Promise<Action | number> => {
  let chosen: Action | undefined;
  const program = buildProgram(terminal, (action) => {
    chosen = action;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return chosen ?? 0;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    if (error.code === "commander.excessArguments") {
      terminal.err('Put a query of several words in quotes: `expert-stack run <expert> "<query>"`.\n');
    }
    terminal.err(whereToLook(program, argv));
    return 2;
  }
};

/** The help of the command that was meant, as far as it is one. */
const whereToLook = (program: Command, argv: readonly string[]): string => {
  const path = [program];
  for (const word of argv) {
    const next = path.at(-1)?.commands.find((command) => command.name() === word);
    if (next === undefined) break;
    path.push(next);
  }
  if (path.length > 1) {
    return `\`${path.map((command) => command.name()).join(" ")} --help\` shows how it is written.\n`;
  }
  return "`expert-stack --help` shows the commands, `expert-stack <command> --help` its options.\n";
};

const buildProgram = (terminal: Terminal, choose: (action: Action) => void): Command => {
  const program = new Command("expert-stack")
    .description("Runs Experts: small declarative agents in plain text.")
    .version(version, "-V, --version")
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err });
  addRun(program, choose);
  addOthers(program, choose);
  addLockCommands(program, choose);
  addPublishing(program, choose);
  addLookups(program, choose);
  addRegistry(program, choose);
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

/** Commands of few options. Each is loaded when it is chosen. */
const addOthers = (program: Command, choose: (action: Action) => void): void => {
  program
    .command("validate")
    .description("Check a manifest and print what is wrong with it.")
    .argument("[files...]", "the manifest (default: perstack.toml), or workflows")
    .option("--workflows", "check the workflows that run an Expert (default: those of .github/workflows)")
    .action((files: readonly string[], options: { workflows?: true }) =>
      choose(async (at) => await validateFiles(files, options, at)),
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
  program
    .command("attack")
    .description("Attack an Expert's own tools as others' agents have been attacked, and say what held.")
    .argument("<expert>", "the Expert's key in the manifest")
    .option("--config <file>", "the manifest (default: perstack.toml)")
    .option("--sandbox <how>", "auto, required or off")
    .action((expert: string, options: { config?: string; sandbox?: string }) =>
      choose(async (at) => (await import("./cli-attack.ts")).attackCommand({ expert, ...options }, at)),
    );
  program
    .command("sandbox")
    .description("Say what holds the processes of skills on this machine, and what would hold them better.")
    .action(() => choose(async (at) => (await import("./cli-sandbox.ts")).sandboxCommand(at)));
};

const validateFiles = async (
  files: readonly string[],
  { workflows }: { readonly workflows?: true },
  terminal: Terminal,
): Promise<number> => {
  if (workflows === true) {
    return await (await import("./cli-validate-workflows.ts")).validateWorkflows(files, terminal);
  }
  const [file = "perstack.toml", other] = files;
  if (other === undefined) return await (await import("./cli-validate.ts")).validateCommand(file, terminal);
  throw new ExpertStackError({
    code: "INPUT_INVALID",
    message: `${file} and ${other} are two manifests.`,
    remedy: "Name one, or say `--workflows` where they are workflows.",
  });
};

const addRun = (program: Command, choose: (action: Action) => void): void => {
  const run = program
    .command("run")
    .description("Run an Expert of the manifest on a query.")
    .argument("<expert>", "its key in the manifest, or one of elsewhere, such as @acme/reviewer@1")
    .argument("[query]", "what to do; read from standard input when it is `-`")
    .action((expert: string, query: string | undefined, options: Record<string, unknown>) =>
      choose(async (at) => (await import("./cli-run.ts")).runCommand({ expert, query, options }, at)),
    );
  for (const { name, short, value, many, text } of runFlags) {
    const flags = `${short === undefined ? "" : `-${short}, `}--${name}`;
    const argument = value === undefined ? "" : ` <${value}${many ? "..." : ""}>`;
    run.addOption(new Option(`${flags}${argument}`, text));
  }
};
