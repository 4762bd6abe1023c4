import { gitRegistries } from "../edges/registry/git-registries.ts";
import type { Registries } from "../run/registry-ports.ts";
import { cacheFolder } from "./cache-folder.ts";
import { registryMachine } from "./registry-machine.ts";
import type { Terminal } from "./terminal.ts";

/** Registries as a person reaches them: with their own cache, their git's configuration and its credentials. */
export const terminalRegistries = (
  { environment }: Pick<Terminal, "environment">,
  checkout: string,
): Registries & AsyncDisposable =>
  gitRegistries(
    registryMachine({
      ...{ environment, checkout, userConfig: "kept" },
      cache: cacheFolder(environment.XDG_CACHE_HOME),
    }),
  );
