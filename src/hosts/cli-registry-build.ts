import { resolve } from "node:path";
import { writeSite } from "../edges/static-site.ts";
import { isApiFile, staticApi } from "../registry/static-api.ts";
import { checkWholeIndex } from "../run/check-index.ts";
import { publishingRepository } from "./publishing-checkout.ts";
import { defaultBranchOf } from "./registry-event.ts";
import type { Terminal } from "./terminal.ts";

export type RegistryBuildOptions = { readonly out: string; readonly branch?: string };

/** `expert-stack registry build`: the registry as files that any web host serves, from an index that holds together. */
export const registryBuild = async (options: RegistryBuildOptions, terminal: Terminal): Promise<number> => {
  const repository = await publishingRepository(terminal);
  const index = await checkWholeIndex(repository, defaultBranchOf(options, terminal));
  const files = staticApi(index, index.files);
  await writeSite(resolve(terminal.cwd, options.out), { files, isOurs: isApiFile });
  terminal.out(
    `${options.out}: ${index.states.size} ${index.states.size === 1 ? "Expert" : "Experts"}, ${files.size} files.\n`,
  );
  return 0;
};
