import type { Command } from "commander";
import type { PublishOptions } from "./cli-publish.ts";
import type { RegistryCommand, RegistryOptions } from "./cli-registry.ts";
import type { RegistryBuildOptions } from "./cli-registry-build.ts";
import type { RegistryInitOptions } from "./cli-registry-init.ts";
import type { WishOptions } from "./cli-wish.ts";
import type { Terminal } from "./terminal.ts";

type Choose = (action: (terminal: Terminal) => Promise<number>) => void;

const texts: Readonly<Record<RegistryCommand, string>> = {
  accept: "Say whether a request to publish would be taken, and print the line it would add.",
  append: "Add the line that a request asks for to the index, and push it.",
  verify: "Check every line, definition and owner of the index.",
  reconcile: "Say which tags are not published and which have moved.",
  "check-change": "Check that a change only adds to the index, by owners of what it adds to.",
};

/** `expert-stack registry …`: what a registry's workflows do, and how one begins. */
export const addRegistry = (program: Command, choose: Choose): void => {
  const registry = program.command("registry").description("Keep a registry of Experts in a git repository.");
  const add = (what: RegistryCommand): Command =>
    registry
      .command(what)
      .description(texts[what])
      .option("--event <file>", "GitHub's event: $GITHUB_EVENT_PATH")
      .action((options: RegistryOptions) =>
        choose(async (at) => (await import("./cli-registry.ts")).registryCommand({ what, options }, at)),
      );
  registry
    .command("init")
    .description("Write the files of a new registry into a folder.")
    .argument("[folder]", "where the registry's repository is", ".")
    .requiredOption("--scope <@scope>", "the first scope")
    .requiredOption("--owner <id>", "the number of its owner's GitHub account")
    .option("--login <name>", "the account's name, for people")
    .option("--index-branch <name>", "a branch of its own for the index")
    .option("--action-ref <commit>", "of this project, for the workflows to use (default: v1)")
    .action((folder: string, options: RegistryInitOptions) =>
      choose(async (at) => (await import("./cli-registry-init.ts")).registryInit(folder, options, at)),
    );
  add("accept");
  add("append");
  add("verify").option("--branch <name>", "the default branch");
  add("reconcile").option("--branch <name>", "the default branch");
  registry
    .command("build")
    .description("Write the registry as files of Registry API v1, for any web host.")
    .requiredOption("--out <dir>", "a folder of its own; what was built there before is replaced")
    .option("--branch <name>", "the default branch")
    .action((options: RegistryBuildOptions) =>
      choose(async (at) => (await import("./cli-registry-build.ts")).registryBuild(options, at)),
    );
  add("check-change")
    .option("--base <commit>", "what the change is made of")
    .option("--head <commit>", "what it ends in")
    .option("--by <id...>", "numbers of the accounts that ask for it");
};

/** What an author asks of a registry, in a checkout of it. */
export const addPublishing = (program: Command, choose: Choose): void => {
  const shared = (command: Command): Command =>
    command
      .option("--registry <remote>", "the git remote that is the registry (default: origin)")
      .option("--branch <name>", "its default branch (default: main)")
      .option("--dry-run", "say whether it would be taken, and do nothing");
  shared(program.command("publish"))
    .description("Publish an Expert: check its committed definition, tag the commit, push the tag.")
    .argument("<expert>", "@scope/name")
    .action((name: string, options: PublishOptions) =>
      choose(async (at) => (await import("./cli-publish.ts")).publishCommand(name, options, at)),
    );
  shared(program.command("tag"))
    .description("Let a word such as stable stand for a published version.")
    .argument("<version>", "@scope/name@1.2.3")
    .argument("<word>", "lower case, not a number")
    .action((version: string, word: string, options: WishOptions) =>
      choose(async (at) => (await import("./cli-wish.ts")).tagCommand({ version, word, ...options }, at)),
    );
  shared(program.command("status"))
    .description("Deprecate or disable a published version. There is no way back.")
    .argument("<version>", "@scope/name@1.2.3")
    .argument("<to>", "deprecated or disabled")
    .requiredOption("--reason <text>", "why, for those who use it")
    .action((version: string, to: string, options: WishOptions & { reason: string }) =>
      choose(async (at) => (await import("./cli-wish.ts")).statusCommand({ version, to, ...options }, at)),
    );
};
