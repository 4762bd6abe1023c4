/**
 * Takes variables out of the process's own environment, so that no program it starts can be given them by oversight. What
 * the kernel shows of the process is not changed by this: keeping that out of sight is the sandbox's part.
 */
export const hideVariables = (own: NodeJS.ProcessEnv, names: readonly string[]): void => {
  for (const name of names) delete own[name];
};
