/** Keys and logins that go to a cloud, by the variables that hold or name them. */
const aws = [
  "AWS_BEARER_TOKEN_BEDROCK",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
] as const;
const azure = ["AZURE_API_KEY", "AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE"] as const;
const google = [
  "GOOGLE_GENERATIVE_AI_API_KEY",
  "GOOGLE_VERTEX_API_KEY",
  "GOOGLE_CLIENT_EMAIL",
  "GOOGLE_PRIVATE_KEY",
  "GOOGLE_APPLICATION_CREDENTIALS",
  "GOOGLE_GHA_CREDS_PATH",
] as const;

/** Variables that decide where requests go, with the credentials that go there. */
const addresses: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ["ANTHROPIC_BASE_URL", ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"]],
  ["OPENAI_BASE_URL", ["OPENAI_API_KEY"]],
  ["DEEPSEEK_BASE_URL", ["DEEPSEEK_API_KEY"]],
  ["OLLAMA_BASE_URL", ["OLLAMA_API_KEY"]],
  ["AWS_ENDPOINT_URL_BEDROCK_RUNTIME", aws],
  ["AWS_ENDPOINT_URL", aws],
  ["AWS_REGION", aws],
  ["AWS_DEFAULT_REGION", aws],
  ["AZURE_RESOURCE_NAME", azure],
  ["AZURE_BASE_URL", azure],
  ["AZURE_OPENAI_BASE_URL", azure],
  ["AZURE_OPENAI_ENDPOINT", azure],
  ["AZURE_AUTHORITY_HOST", azure],
  ["GOOGLE_VERTEX_LOCATION", google],
  ["GOOGLE_CLOUD_LOCATION", google],
  ["GOOGLE_CLOUD_REGION", google],
]);

/**
 * The credentials that go where a variable says.
 *
 * @returns nothing for a variable that is no address
 */
export const credentialsSentTo = (variable: string): readonly string[] | undefined => {
  const known = addresses.get(variable);
  if (known !== undefined) return known;
  const [, owner] = /^(.+)_BASE_URL$/.exec(variable) ?? [];
  if (owner === undefined) return undefined;
  // What a skill may be given, too: the usual pair of a client's variables.
  return owner.startsWith("GOOGLE_") ? google : [`${owner}_API_KEY`, `${owner}_AUTH_TOKEN`];
};
