import type { Environment } from "./secrets.ts";

/**
 * Takes variables out of the process's own environment, so that no program it starts can be given them by oversight. What
 * the kernel shows of the process is not changed by this: keeping that out of sight is the sandbox's part.
 */
export const hideVariables = (own: NodeJS.ProcessEnv, names: readonly string[]): void => {
  for (const name of names) delete own[name];
};

const runtimeToken = "ACTIONS_RUNTIME_TOKEN";

/** Gives the runner's services' token back to the process's own environment for as long as some work takes. */
export const runtimeTokenLender =
  (environment: Environment) =>
  async <T>(work: () => Promise<T>): Promise<T> => {
    const token = environment[runtimeToken];
    if (token === undefined) return await work();
    process.env[runtimeToken] = token;
    try {
      return await work();
    } finally {
      delete process.env[runtimeToken];
    }
  };
