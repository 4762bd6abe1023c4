import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ExpertStackError } from "../errors.ts";
import { type NewRegistry, newRegistry } from "../registry/new-registry.ts";
import { requireName } from "../registry/published-name.ts";
import { RegistryConfig } from "../registry/registry-config.ts";
import { cliOption, invalidValue, type Written } from "./option-values.ts";
import type { Terminal } from "./terminal.ts";

export type RegistryInitOptions = {
  readonly scope?: string;
  readonly owner?: string;
  readonly login?: string;
  readonly indexBranch?: string;
  readonly actionRef?: string;
};

/** `expert-stack registry init [folder]`: writes a registry that is ready to be pushed. What is there already stays. */
export const registryInit = async (
  folder: string,
  options: RegistryInitOptions,
  terminal: Terminal,
): Promise<number> => {
  const registry = registryOf(options);
  const root = resolve(terminal.cwd, folder);
  for (const [path, text] of newRegistry(registry)) {
    const isNew = writeNew(join(root, path), text);
    terminal.out(`${isNew ? "wrote " : "kept  "} ${path}\n`);
  }
  terminal.out(`
Commit this to the default branch of a repository on GitHub and push it. Then, to publish the first Expert:

  expert-stack publish ${registry.scope}/hello

In the repository's settings keep people who own no scope from writing to the index's branch, and make the workflow
\`registry check\` a required check.
`);
  if (options.actionRef === undefined) {
    terminal.out(`
The workflows use this project as of its tag v1. As long as it has none, name a commit: --action-ref <commit>.
`);
  }
  return 0;
};

const registryOf = ({
  scope = "",
  owner = "",
  login,
  indexBranch,
  actionRef,
}: RegistryInitOptions): NewRegistry => {
  if (!/^[1-9]\d{0,14}$/.test(owner)) {
    throw invalidValue(
      ofInit("--owner", owner),
      "the number of a GitHub account: `id` at https://api.github.com/users/<login>",
    );
  }
  if (!/^@[a-z0-9][a-z0-9_-]*$/.test(scope)) {
    throw invalidValue(ofInit("--scope", scope), "a scope with its @ and in lower case, such as @acme");
  }
  requireName(`${scope}/hello`);
  if (indexBranch !== undefined && !RegistryConfig.safeParse({ v: 1, indexBranch }).success) {
    throw invalidValue(ofInit("--index-branch", indexBranch), "the name of a branch, such as index");
  }
  if (actionRef !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(actionRef)) {
    throw invalidValue(ofInit("--action-ref", actionRef), "a commit id or a tag, such as v1");
  }
  return {
    scope,
    owner: { id: Number(owner), ...(login === undefined ? {} : { login }) },
    ...(indexBranch === undefined ? {} : { indexBranch }),
    ...(actionRef === undefined ? {} : { actionRef }),
  };
};

const ofInit = (name: string, text: string): Written => cliOption(name, text, "registry init");

/** @returns whether it was written: nothing is overwritten */
const writeNew = (file: string, text: string): boolean => {
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch (cause) {
    // A file in the place of a folder is there already, too.
    throw unwritable(file, cause);
  }
  try {
    writeFileSync(file, text, { flag: "wx" });
    return true;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return false;
    throw unwritable(file, cause);
  }
};

const unwritable = (file: string, cause: unknown): ExpertStackError =>
  new ExpertStackError({
    code: "STORE_FAILED",
    message: `${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
    remedy: "See that its folder is one, and may be written.",
    cause,
  });
