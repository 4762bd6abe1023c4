import type { Command } from "commander";
import type { AuditOptions } from "./cli-audit.ts";
import type { InfoOptions } from "./cli-info.ts";
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
  program
    .command("info")
    .description("Show what an Expert says and may do, where it comes from, and its versions.")
    .argument(
      "<expert>",
      "@scope/name, perhaps with @version, github:owner/repo//path@tag, or a key of the manifest",
    )
    .option(
      "--diff <versions...>",
      "two versions: what the second would newly allow, and what else it changes",
    )
    .option("--json", "as JSON")
    .option("--registry <address>", "the default registry, over the manifest's")
    .option("--config <file>", "the manifest (default: perstack.toml)")
    .action((reference: string, options: Omit<InfoOptions, "reference">) =>
      choose(async (at) => (await import("./cli-info.ts")).infoCommand({ reference, ...options }, at)),
    );
};
