import { azureLogin, type Environment, googleCredentialFile } from "./credentials.ts";
import { publicLogins } from "./login-policy.ts";
import { credentialMissing, settingMissing } from "./missing.ts";
import type {
  AzureCredential,
  BedrockCredential,
  Endpoint,
  GoogleCredential,
  ProviderSettings,
  Surroundings,
} from "./provider-access.ts";
import { type AddressRule, hostWord } from "./provider-address.ts";

type Read = {
  readonly endpoint: Endpoint;
  readonly of: (variable: string) => string | undefined;
  /** The manifest's base URL, else the variable's. */
  readonly address: (variable: string, rule: AddressRule) => string | undefined;
  readonly environment: Environment;
  readonly surroundings: Surroundings;
};

/** @throws ExpertStackError PROVIDER_KEY_MISSING or INPUT_INVALID */
export const azureSettings = (
  setting: {
    readonly resourceName?: string;
    readonly apiVersion?: string;
    readonly useDeploymentBasedUrls?: boolean;
  },
  read: Read,
): ProviderSettings => {
  const resourceName = setting.resourceName ?? read.of("AZURE_RESOURCE_NAME");
  if (resourceName === undefined && read.endpoint.baseUrl === undefined) {
    throw settingMissing(
      'The provider "azure-openai" has no resource.',
      "Set `resourceName` or `baseUrl` under `[provider.setting]` in the manifest, or AZURE_RESOURCE_NAME.",
    );
  }
  if (resourceName !== undefined) {
    hostWord({ provider: "azure-openai", name: "resource", value: resourceName }, "my-resource");
  }
  return {
    ...read.endpoint,
    provider: "azure-openai",
    credential: azureCredential(read),
    ...(resourceName === undefined ? {} : { resourceName }),
    ...(setting.apiVersion === undefined ? {} : { apiVersion: setting.apiVersion }),
    useDeploymentBasedUrls: setting.useDeploymentBasedUrls ?? false,
  };
};

const azureCredential = (read: Read): AzureCredential => {
  const apiKey = read.of("AZURE_API_KEY");
  if (apiKey !== undefined) return { type: "apiKey", apiKey };
  const clientId = read.of("AZURE_CLIENT_ID");
  const tenantId = read.of("AZURE_TENANT_ID");
  const tokenFile = read.of("AZURE_FEDERATED_TOKEN_FILE");
  if (clientId !== undefined && tenantId !== undefined && tokenFile !== undefined) {
    return { type: "workloadIdentity", clientId, tenantId, tokenFile, authority: azureAuthority(read) };
  }
  const program =
    azureLogin(read.environment) === undefined ? undefined : read.surroundings.findProgram?.("az");
  if (program !== undefined) return { type: "cli", program, environment: read.environment };
  throw credentialMissing(
    'The provider "azure-openai" needs a credential and finds none.',
    "Set AZURE_API_KEY, or log in before this step with the action azure/login (in a shell: `az login`), or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_FEDERATED_TOKEN_FILE.",
  );
};

const azureAuthority = ({ of, surroundings: { logins = publicLogins } }: Read): string => {
  const authority = of("AZURE_AUTHORITY_HOST") ?? "https://login.microsoftonline.com";
  if (URL.canParse(authority) && logins.isSecure(new URL(authority))) return authority;
  throw settingMissing(
    `The variable AZURE_AUTHORITY_HOST is "${authority}".`,
    "It must be an https URL, such as https://login.microsoftonline.com, which it is when it is not set.",
  );
};

/** @throws ExpertStackError PROVIDER_KEY_MISSING or INPUT_INVALID */
export const bedrockSettings = (setting: { readonly region?: string }, read: Read): ProviderSettings => {
  const region = setting.region ?? read.of("AWS_REGION") ?? read.of("AWS_DEFAULT_REGION");
  const credential = bedrockCredential(read);
  if (region === undefined) {
    throw settingMissing(
      'The provider "amazon-bedrock" has no region.',
      "Set `region` under `[provider.setting]` in the manifest, or AWS_REGION.",
    );
  }
  hostWord({ provider: "amazon-bedrock", name: "region", value: region }, "eu-west-1");
  const baseUrl = read.address("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "secure");
  return { ...read.endpoint, provider: "amazon-bedrock", baseUrl, credential, region };
};

const bedrockCredential = ({ of }: Read): BedrockCredential => {
  const apiKey = of("AWS_BEARER_TOKEN_BEDROCK");
  if (apiKey !== undefined) return { type: "bearer", apiKey };
  const accessKeyId = of("AWS_ACCESS_KEY_ID");
  const secretAccessKey = of("AWS_SECRET_ACCESS_KEY");
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw credentialMissing(
      'The provider "amazon-bedrock" needs a credential and finds none.',
      "Log in before this step with the action aws-actions/configure-aws-credentials, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (with AWS_SESSION_TOKEN if there is one), or AWS_BEARER_TOKEN_BEDROCK.",
    );
  }
  const sessionToken = of("AWS_SESSION_TOKEN");
  return { type: "keys", accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
};

/** @throws ExpertStackError PROVIDER_KEY_MISSING or INPUT_INVALID */
export const vertexSettings = (
  setting: { readonly project?: string; readonly location?: string },
  read: Read,
): ProviderSettings => {
  const credential = googleCredential(read);
  const project =
    setting.project ?? first(read, ["GOOGLE_VERTEX_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"]);
  const location =
    setting.location ??
    first(read, ["GOOGLE_VERTEX_LOCATION", "GOOGLE_CLOUD_LOCATION", "GOOGLE_CLOUD_REGION"]);
  const isExpress = credential.type === "apiKey";
  if (project === undefined && read.endpoint.baseUrl === undefined && !isExpress) {
    throw settingMissing(
      'The provider "google-vertex" has no project.',
      "Set `project` under `[provider.setting]` in the manifest, or GOOGLE_VERTEX_PROJECT.",
    );
  }
  if (location !== undefined) {
    hostWord({ provider: "google-vertex", name: "location", value: location }, "europe-west1");
  }
  return {
    ...read.endpoint,
    provider: "google-vertex",
    credential,
    project: project ?? "",
    location: location ?? "global",
  };
};

const first = ({ of }: Read, variables: readonly string[]): string | undefined =>
  variables.flatMap((name) => of(name) ?? []).at(0);

const googleCredential = (read: Read): GoogleCredential => {
  const apiKey = read.of("GOOGLE_VERTEX_API_KEY");
  if (apiKey !== undefined) return { type: "apiKey", apiKey };
  const email = read.of("GOOGLE_CLIENT_EMAIL");
  const privateKey = read.of("GOOGLE_PRIVATE_KEY");
  if (email !== undefined && privateKey !== undefined) return { type: "serviceAccount", email, privateKey };
  const file = googleCredentialFile(read.environment);
  if (file !== undefined) {
    const { logins = publicLogins, workspace } = read.surroundings;
    const idTokenUrl = read.of("ACTIONS_ID_TOKEN_REQUEST_URL");
    return { type: "file", file, rules: { logins, idTokenUrl, workspace } };
  }
  throw credentialMissing(
    'The provider "google-vertex" needs a credential and finds none.',
    "Log in before this step with the action google-github-actions/auth (in a shell: `gcloud auth application-default login`), or set GOOGLE_APPLICATION_CREDENTIALS, or GOOGLE_CLIENT_EMAIL and GOOGLE_PRIVATE_KEY, or GOOGLE_VERTEX_API_KEY.",
  );
};
