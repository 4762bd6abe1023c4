import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { cliOption, invalidValue } from "./option-values.ts";
import type { Environment } from "./secrets.ts";

/**
 * The environment with the files named by `--env-path` under it: a variable that is set already wins, as it does
 * in every tool that reads such files. A file never sends a key elsewhere that it did not bring: its `*_BASE_URL`
 * counts only when the key in use is its own.
 */
export const withEnvFiles = (own: Environment, files: readonly string[], cwd: string): Environment => {
  let environment = own;
  for (const path of files) {
    environment = { ...readEnvFile(resolve(cwd, path), environment), ...environment };
  }
  return environment;
};

const readEnvFile = (path: string, environment: Environment): Environment => {
  if (!existsSync(path)) throw invalidValue(cliOption("--env-path", path), "an existing file");
  const variables: Environment = parseEnv(readFileSync(path, "utf8"));
  return Object.fromEntries(
    Object.entries(variables).filter(([name]) => {
      const provider = /^(.+)_BASE_URL$/.exec(name)?.[1];
      if (provider === undefined) return true;
      const key = `${provider}_API_KEY`;
      return variables[key] !== undefined && (environment[key] ?? variables[key]) === variables[key];
    }),
  );
};
