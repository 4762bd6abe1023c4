import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { credentialsSentTo } from "../edges/model/address-variables.ts";
import { cliOption, invalidValue } from "./option-values.ts";
import type { Environment } from "./secrets.ts";

type Source = { readonly path: string; readonly variables: Environment };

/**
 * The environment with the files named by `--env-path` under it: a variable that is set already wins, as it does
 * in every tool that reads such files. A file never sends a key elsewhere that it did not bring: its addresses
 * (`*_BASE_URL`, regions and the like) count only when every credential that would go there is its own.
 *
 * @param warn is told of each address that is left out for this
 */
export const withEnvFiles = (
  own: Environment,
  files: { readonly paths: readonly string[]; readonly cwd: string },
  warn: (text: string) => void,
): Environment => {
  const sources = files.paths.map((path) => readEnvFile(path, files.cwd));
  const environment: Record<string, string | undefined> = {};
  for (const { variables } of [...sources].reverse()) Object.assign(environment, variables);
  Object.assign(environment, own);
  for (const name of Object.keys(environment)) {
    const credentials = own[name] === undefined ? credentialsSentTo(name) : undefined;
    const used = credentials?.filter((credential) => (environment[credential] ?? "") !== "");
    if (used !== undefined) environment[name] = addressFrom(name, { sources, used, environment, warn });
  }
  return environment;
};

/** The first file's value that may count. */
const addressFrom = (
  name: string,
  from: {
    readonly sources: readonly Source[];
    /** Names of the credentials that would go there. */
    readonly used: readonly string[];
    readonly environment: Environment;
    readonly warn: (text: string) => void;
  },
): string | undefined => {
  for (const { path, variables } of from.sources) {
    if (variables[name] === undefined) continue;
    const foreign = from.used.filter((credential) => variables[credential] !== from.environment[credential]);
    if (foreign.length === 0) return variables[name];
    const [are, go] = foreign.length === 1 ? ["is", "goes"] : ["are", "go"];
    from.warn(
      `${name} of ${path} is left out: ${foreign.join(" and ")} ${go} there and ${are} not of that file.`,
    );
  }
  return undefined;
};

const readEnvFile = (path: string, cwd: string): Source => {
  const file = resolve(cwd, path);
  if (!existsSync(file)) throw invalidValue(cliOption("--env-path", file), "an existing file");
  return { path, variables: parseEnv(readFileSync(file, "utf8")) };
};
