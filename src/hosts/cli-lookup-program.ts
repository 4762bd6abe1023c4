import type { Command } from "commander";
import type { AuditOptions } from "./cli-audit.ts";
import type { Terminal } from "./terminal.ts";

type Choose = (action: (terminal: Terminal) => Promise<number>) => void;

/** Commands that only look at Experts of elsewhere. Each is loaded when it is chosen. */
export const addLookups = (program: Command, choose: Choose): void => {
  program
    .command("audit")
    .description("Say whether what perstack.lock pins is still what was published, and fail when it is not.")
    .option("--json", "as JSON")
    .option("--registry <address>", "the default registry, over the manifest's")
    .option("--config <file>", "the manifest beside the lock (default: perstack.toml)")
    .action((options: AuditOptions) =>
      choose(async (at) => (await import("./cli-audit.ts")).auditCommand(options, at)),
    );
};
