import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { credentialsSentTo, isRoute } from "../edges/model/address-variables.ts";
import { cliOption, invalidValue } from "./option-values.ts";
import type { Environment } from "./secrets.ts";

type Source = { readonly path: string; readonly variables: Environment };

/**
 * The environment with the files named by `--env-path` under it: a variable that is set already wins, as it does
 * in every tool that reads such files. A file never sends a key or a login elsewhere that it did not bring: its
 * addresses (`*_BASE_URL`, regions and the like) count only when every credential that would go there is its own, and
 * the ways that all requests take (proxies, trusted certificates, the clouds' configuration folders) never do.
 *
 * @param warn is told of each variable that is left out for this
 */
export const withEnvFiles = (
  own: Environment,
  files: { readonly paths: readonly string[]; readonly cwd: string },
  warn: (text: string) => void,
): Environment => {
  const sources = files.paths.map((path) => withoutRoutes(readEnvFile(path, files.cwd), own, warn));
  const environment: Record<string, string | undefined> = {};
  for (const { variables } of [...sources].reverse()) Object.assign(environment, variables);
  Object.assign(environment, own);
  for (const name of Object.keys(environment)) {
    const sent = own[name] === undefined ? credentialsSentTo(name) : undefined;
    if (sent === undefined) continue;
    const used = sent.variables.filter((credential) => environment[credential]);
    const login = sent.login(environment);
    environment[name] = addressFrom(name, { sources, used, login, environment, warn });
  }
  return environment;
};

const withoutRoutes = (
  { path, variables }: Source,
  own: Environment,
  warn: (text: string) => void,
): Source => {
  const isLeftOut = (name: string) => own[name] === undefined && isRoute(name);
  for (const name of Object.keys(variables).filter(isLeftOut)) {
    warn(
      `${name} of ${path} is left out: your own logins and downloads would go the way that the file says. ${exportIt}`,
    );
  }
  return {
    path,
    variables: Object.fromEntries(Object.entries(variables).filter(([name]) => !isLeftOut(name))),
  };
};

const exportIt = "If you mean it, export it in the shell.";

/** The first file's value that may count. */
const addressFrom = (
  name: string,
  from: {
    readonly sources: readonly Source[];
    /** Names of the variables whose credentials would go there. */
    readonly used: readonly string[];
    /** The file of a login that would go there. */
    readonly login: string | undefined;
    readonly environment: Environment;
    readonly warn: (text: string) => void;
  },
): string | undefined => {
  for (const { path, variables } of from.sources) {
    if (variables[name] === undefined) continue;
    const foreign = [
      ...from.used.filter((credential) => variables[credential] !== from.environment[credential]),
      ...(from.login === undefined ? [] : [`the login in ${from.login}`]),
    ];
    if (foreign.length === 0) return variables[name];
    const [are, go] = foreign.length === 1 ? ["is", "goes"] : ["are", "go"];
    from.warn(
      `${name} of ${path} is left out: ${foreign.join(" and ")} ${go} there and ${are} not of that file. ${exportIt}`,
    );
  }
  return undefined;
};

const readEnvFile = (path: string, cwd: string): Source => {
  const file = resolve(cwd, path);
  // A pipe is as good as a file.
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() !== false)
    throw invalidValue(cliOption("--env-path", file), "an existing file");
  return { path, variables: parseEnv(readFileSync(file, "utf8")) };
};
