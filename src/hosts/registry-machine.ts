import type { gitRegistries } from "../edges/registry/git-registries.ts";
import { gitOutside } from "./action-definitions.ts";
import { type Environment, tokenPrefix } from "./secrets.ts";

/** What fetching from registries takes of this machine. */
export type Machine = Parameters<typeof gitRegistries>[0];

/**
 * `my-git.example.com:8443` → `EXPERT_STACK_TOKEN_MY__GIT_EXAMPLE_COM_8443`: no two hosts have one variable, or who owns
 * `my-git.example` would be sent the token of `my.git.example`.
 */
const tokenVariable = (host: string): string =>
  `${tokenPrefix}${host
    .toUpperCase()
    .replaceAll("-", "__")
    .replace(/[^A-Z0-9]/g, "_")}`;

export type MachineOf = {
  readonly environment: Environment;
  /** Its programs are nobody's. */
  readonly checkout: string;
  readonly cache: string;
  readonly userConfig: Machine["userConfig"];
  /** A token that is for one host, unless a variable says another. */
  readonly own?: { readonly host: string; readonly token: string };
};

export const registryMachine = (of: MachineOf): Machine => {
  const { environment, checkout, cache, userConfig, own } = of;
  const { git, environment: neutral } = gitOutside(checkout, environment);
  return {
    git,
    environment: { ...environment, ...neutral },
    cacheDirectory: cache,
    userConfig,
    tokenFor: (host) =>
      environment[tokenVariable(host)] || (host === own?.host && own.token !== "" ? own.token : undefined),
    accessRemedy: (host) => `A token for ${host} goes into the variable ${tokenVariable(host)}.`,
  };
};
