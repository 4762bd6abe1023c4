import type { Command } from "commander";
import type { RegistryCommand, RegistryOptions } from "./cli-registry.ts";
import type { RegistryInitOptions } from "./cli-registry-init.ts";
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
    .action((folder: string, options: RegistryInitOptions) =>
      choose(async (at) => (await import("./cli-registry-init.ts")).registryInit(folder, options, at)),
    );
  add("accept");
  add("append");
  add("verify").option("--branch <name>", "the default branch");
  add("reconcile").option("--branch <name>", "the default branch");
  add("check-change")
    .option("--base <commit>", "what the change is made of")
    .option("--head <commit>", "what it ends in")
    .option("--by <id...>", "numbers of the accounts that ask for it");
};
