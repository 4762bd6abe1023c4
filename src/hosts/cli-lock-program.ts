import type { Command } from "commander";
import type { LockOptions } from "./cli-lock.ts";
import type { Terminal } from "./terminal.ts";

type Choose = (action: (terminal: Terminal) => Promise<number>) => void;

/** Commands for Experts of elsewhere. Each is loaded when it is chosen. */
export const addLockCommands = (program: Command, choose: Choose): void => {
  program
    .command("lock")
    .description("Write perstack.lock: which versions of Experts are run, and the tools of their skills.")
    .argument("[references...]", "further Experts to lock, such as @acme/reviewer@1; workflows' are found")
    .option("--update [name]", "take the newest versions that fit, of every Expert or of one")
    .option("--check", "write nothing; fail when the lock would be another")
    .option("--registry <address>", "the default registry, over the manifest's")
    .option("--config <file>", "the manifest (default: perstack.toml)")
    .option("--workspace <dir>", "the folder that skills start in")
    .action((references: readonly string[], options: Omit<LockOptions, "references">) =>
      choose(async (at) => (await import("./cli-lock.ts")).lockCommand({ references, ...options }, at)),
    );
};
