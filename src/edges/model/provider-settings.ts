import type { ProviderConfig } from "../../definition/provider.ts";
import { ExpertStackError } from "../../errors.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What is needed to reach a provider. `apiKey` is a secret. */
export type ProviderSettings = {
  readonly provider: "anthropic" | "openai" | "openai-compatible";
  readonly apiKey: string | undefined;
  readonly baseUrl: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly organization?: string;
  readonly project?: string;
};

/** The variables that each provider reads: the same names as the AI SDK's. */
const variables = {
  anthropic: { key: "ANTHROPIC_API_KEY", baseUrl: "ANTHROPIC_BASE_URL" },
  openai: { key: "OPENAI_API_KEY", baseUrl: "OPENAI_BASE_URL" },
  "openai-compatible": { key: "OPENAI_API_KEY", baseUrl: "OPENAI_BASE_URL" },
} as const;

/** Names of every variable that may hold a provider's credential, to be treated as secrets. */
export const providerKeyVariables: readonly string[] = [
  "ANTHROPIC_API_KEY",
  "OPENAI_API_KEY",
  "GOOGLE_GENERATIVE_AI_API_KEY",
  "DEEPSEEK_API_KEY",
  "AZURE_API_KEY",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_BEARER_TOKEN_BEDROCK",
];

const isKnown = (name: string): name is keyof typeof variables => Object.hasOwn(variables, name);

/**
 * The manifest's setting first, then the environment.
 *
 * @throws ExpertStackError PROVIDER_KEY_MISSING, FEATURE_NOT_AVAILABLE or INPUT_INVALID
 */
export const providerSettings = (config: ProviderConfig, environment: Environment): ProviderSettings => {
  const { providerName } = config;
  if (!isKnown(providerName)) throw notYet(providerName);
  const names = variables[providerName];
  const setting: Readonly<Record<string, unknown>> = { ...config.setting };
  const baseUrl = text(setting.baseUrl) ?? text(environment[names.baseUrl]);
  const apiKey = text(environment[names.key]);
  if (apiKey === undefined && providerName !== "openai-compatible") throw keyMissing(providerName, names.key);
  if (baseUrl === undefined && providerName === "openai-compatible") throw baseUrlMissing();
  const organization = text(setting.organization);
  const project = text(setting.project);
  return {
    provider: providerName,
    apiKey,
    baseUrl: providerName === "anthropic" && baseUrl !== undefined ? versioned(baseUrl) : baseUrl,
    headers: textRecord(setting.headers),
    ...(organization === undefined ? {} : { organization }),
    ...(project === undefined ? {} : { project }),
  };
};

/** Anthropic's own clients take the host alone; the AI SDK's wants the version in the path too. */
const versioned = (baseUrl: string): string =>
  URL.canParse(baseUrl) && new URL(baseUrl).pathname === "/" ? `${baseUrl.replace(/\/+$/, "")}/v1` : baseUrl;

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const textRecord = (value: unknown): Readonly<Record<string, string>> => {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, header]) => (typeof header === "string" ? [[name, header]] : [])),
  );
};

const notYet = (provider: string): ExpertStackError =>
  new ExpertStackError({
    code: "FEATURE_NOT_AVAILABLE",
    message: `The provider "${provider}" is not supported yet.`,
    remedy: "Use anthropic, openai, or openai-compatible with a baseUrl.",
  });

const keyMissing = (provider: string, variable: string): ExpertStackError =>
  new ExpertStackError({
    code: "PROVIDER_KEY_MISSING",
    message: `The provider "${provider}" needs a key and ${variable} is not set.`,
    remedy: `In a workflow step add \`env: { ${variable}: \${{ secrets.${variable} }} }\`; in a shell, \`export ${variable}=…\`.`,
  });

const baseUrlMissing = (): ExpertStackError =>
  new ExpertStackError({
    code: "INPUT_INVALID",
    message: 'The provider "openai-compatible" has no base URL.',
    remedy: "Set `baseUrl` under `[provider.setting]` in the manifest, or OPENAI_BASE_URL.",
  });
