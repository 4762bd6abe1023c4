import { azureLogin, type Environment, googleCredentialFile } from "./credentials.ts";

/** Keys and logins that go to one place. */
type Sent = {
  /** The variables that hold or name them. */
  readonly variables: readonly string[];
  /** The file of a login in the person's home, when it is what is used. */
  readonly login: (environment: Environment) => string | undefined;
};

const keysAlone = (...variables: readonly string[]): Sent => ({ variables, login: () => undefined });

const aws = keysAlone(
  "AWS_BEARER_TOKEN_BEDROCK",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
);

/** A login is used when none of these is complete. */
const insteadOfLogin = {
  azure: [["AZURE_API_KEY"], ["AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE"]],
  google: [
    ["GOOGLE_VERTEX_API_KEY"],
    ["GOOGLE_CLIENT_EMAIL", "GOOGLE_PRIVATE_KEY"],
    ["GOOGLE_APPLICATION_CREDENTIALS"],
    ["GOOGLE_GHA_CREDS_PATH"],
  ],
} as const;

const loginUnless =
  (complete: readonly (readonly string[])[], login: Sent["login"]): Sent["login"] =>
  (environment) =>
    complete.some((names) => names.every((name) => environment[name])) ? undefined : login(environment);

const azure: Sent = {
  variables: insteadOfLogin.azure.flat(),
  login: loginUnless(insteadOfLogin.azure, azureLogin),
};
const google: Sent = {
  variables: ["GOOGLE_GENERATIVE_AI_API_KEY", ...insteadOfLogin.google.flat()],
  login: loginUnless(insteadOfLogin.google, googleCredentialFile),
};

/** Variables that decide where requests go, with the credentials that go there. */
const addresses: ReadonlyMap<string, Sent> = new Map([
  ["ANTHROPIC_BASE_URL", keysAlone("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")],
  ["OPENAI_BASE_URL", keysAlone("OPENAI_API_KEY")],
  ["DEEPSEEK_BASE_URL", keysAlone("DEEPSEEK_API_KEY")],
  ["OLLAMA_BASE_URL", keysAlone("OLLAMA_API_KEY")],
  ["AWS_ENDPOINT_URL_BEDROCK_RUNTIME", aws],
  ["AWS_ENDPOINT_URL", aws],
  ["AWS_REGION", aws],
  ["AWS_DEFAULT_REGION", aws],
  ["AZURE_RESOURCE_NAME", azure],
  ["AZURE_BASE_URL", azure],
  ["AZURE_OPENAI_BASE_URL", azure],
  ["AZURE_OPENAI_ENDPOINT", azure],
  ["GOOGLE_VERTEX_LOCATION", google],
  ["GOOGLE_CLOUD_LOCATION", google],
  ["GOOGLE_CLOUD_REGION", google],
]);

/**
 * The credentials that go where a variable says.
 *
 * @returns nothing for a variable that is no address
 */
export const credentialsSentTo = (variable: string): Sent | undefined => {
  const known = addresses.get(variable);
  if (known !== undefined) return known;
  const [, owner] = /^(.+)_BASE_URL$/.exec(variable) ?? [];
  if (owner === undefined) return undefined;
  // What a skill may be given, too: the usual pair of a client's variables.
  return owner.startsWith("GOOGLE_") ? google : keysAlone(`${owner}_API_KEY`, `${owner}_AUTH_TOKEN`);
};

/**
 * Whether a variable decides which way every request takes, a login's too, or where the clouds' own programs look for
 * who is logged in: proxies, the certificates that are trusted, configuration folders, where a token file is sent.
 */
export const isRoute = (variable: string): boolean => routes.test(variable);

const routes =
  /^(?:(?:https?|all|no)_proxy|requests_ca_bundle|ssl_cert_(?:file|dir)|node_extra_ca_certs|azure_config_dir|azure_authority_host|cloudsdk_config|home)$/i;
