import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ProviderName } from "../../definition/provider.ts";
import { providerKeyVariables } from "../../definition/provider-key-variables.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that name a file with a credential in it, as the clouds' login actions leave them. */
const credentialFileVariables = [
  "GOOGLE_APPLICATION_CREDENTIALS",
  "GOOGLE_GHA_CREDS_PATH",
  "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE",
  "AZURE_FEDERATED_TOKEN_FILE",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_SHARED_CREDENTIALS_FILE",
] as const;

/**
 * Files that hold a cloud's credential; `google-github-actions/auth` puts one into the workspace itself, where no
 * tool may see it.
 */
export const credentialFiles = (environment: Environment): readonly string[] =>
  credentialFileVariables.flatMap((name) => environment[name] || []);

const keyless: readonly string[] = ["ollama", "openai-compatible"] satisfies readonly ProviderName[];

/**
 * Whether a step has what some provider wants: a key, a cloud's login, or a server that wants none. On a pull
 * request from a fork GitHub gives neither secrets nor an identity, so that nothing of this is there.
 *
 * @param provider the provider that the step names, when it names one
 */
export const hasCredentials = (environment: Environment, provider?: string): boolean =>
  (provider !== undefined && keyless.includes(provider)) ||
  [...providerKeyVariables, ...credentialFileVariables, "OPENAI_BASE_URL", "OLLAMA_BASE_URL"].some(
    (name) => (environment[name] ?? "") !== "",
  ) ||
  azureLogin(environment) !== undefined;

const inHome = (environment: Environment, ...path: string[]): string | undefined =>
  environment.HOME === undefined || environment.HOME === "" ? undefined : join(environment.HOME, ...path);

/** Where `az login`, and so `azure/login`, keeps who is logged in. */
export const azureLogin = (environment: Environment): string | undefined => {
  const folder = environment.AZURE_CONFIG_DIR || inHome(environment, ".azure");
  const profile = folder === undefined ? undefined : join(folder, "azureProfile.json");
  return profile !== undefined && existsSync(profile) ? profile : undefined;
};

/** Google's credential file: the variable's, or the one that `gcloud auth application-default login` writes. */
export const googleCredentialFile = (environment: Environment): string | undefined => {
  const named = environment.GOOGLE_APPLICATION_CREDENTIALS || environment.GOOGLE_GHA_CREDS_PATH;
  if (named) return named;
  const folder = environment.CLOUDSDK_CONFIG || inHome(environment, ".config", "gcloud");
  const file = folder === undefined ? undefined : join(folder, "application_default_credentials.json");
  return file !== undefined && existsSync(file) ? file : undefined;
};
