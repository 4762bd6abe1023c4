import * as z from "zod/mini";
import { ruled, text, textTable } from "./field.ts";
import type { Immutable } from "./immutable.ts";
import { isPrivateHost } from "./public-host.ts";

const urlOf = (value: string): URL | undefined => (URL.canParse(value) ? new URL(value) : undefined);

const isLoopback = (url: URL): boolean =>
  /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname) && isPrivateHost(url.hostname);

/** https, or http on this machine. */
export const isSecureBaseUrl = (value: string): boolean => {
  const url = urlOf(value);
  return url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url));
};

export const isAnyBaseUrl = (value: string): boolean => /^https?:$/.test(urlOf(value)?.protocol ?? "");

const secureBaseUrl = ruled(
  isSecureBaseUrl,
  {
    expected: "an https URL (http only for this machine itself)",
    remedy: 'Write it in full, such as baseUrl = "https://llm.example.com/v1".',
  },
  "URL of the provider's API, in place of its usual one. https, or http on this machine.",
);

const anyBaseUrl = ruled(
  isAnyBaseUrl,
  {
    expected: "an http or https URL",
    remedy: 'Write it in full, such as baseUrl = "http://localhost:11434/v1".',
  },
  "URL of the provider's API.",
);

const headers = textTable("HTTP headers to send with every request. No secrets: the file is plain text.");

const setting = <Shape extends z.core.$ZodShape>(shape: Shape) =>
  z.exactOptional(
    z.strictObject(shape).register(z.globalRegistry, { description: "How to reach the provider." }),
  );

const word = (description: string) => z.exactOptional(text(description));

const secureEndpoint = { baseUrl: z.exactOptional(secureBaseUrl), headers: z.exactOptional(headers) };
const anyEndpoint = { baseUrl: z.exactOptional(anyBaseUrl), headers: secureEndpoint.headers };
const instanceName = word("Name of this provider instance: failures are told under it.");
// Shared where they are the same: every schema costs start-up time.
const secureSetting = setting(secureEndpoint);

/** The settings of each provider; most are the same few keys. */
const settings = {
  anthropic: secureSetting,
  google: secureSetting,
  openai: setting({
    ...secureEndpoint,
    organization: word("OpenAI organization id."),
    project: word("OpenAI project id."),
    name: instanceName,
  }),
  compatible: setting({ ...anyEndpoint, name: instanceName }),
  ollama: setting(anyEndpoint),
  azure: setting({
    ...secureEndpoint,
    resourceName: word("Azure OpenAI resource."),
    apiVersion: word("Azure OpenAI API version."),
    useDeploymentBasedUrls: z.exactOptional(
      z.boolean().register(z.globalRegistry, {
        description: "Whether to use the older URLs that name the deployment, with chat completions.",
      }),
    ),
  }),
  bedrock: setting({ ...secureEndpoint, region: word("AWS region.") }),
  vertex: setting({
    ...secureEndpoint,
    project: word("Google Cloud project."),
    location: word("Google Cloud location."),
  }),
  deepseek: secureSetting,
} as const;

const alternative = <const Name extends string, Setting extends z.core.SomeType>(
  providerName: Name,
  itsSetting: Setting,
) =>
  z.strictObject({
    providerName: z.literal(providerName),
    model: text("The model's id, as this provider names it.").check(z.minLength(1)),
    setting: itsSetting,
  });

const alternatives = () =>
  z.discriminatedUnion("providerName", [
    alternative("anthropic", settings.anthropic),
    alternative("google", settings.google),
    alternative("openai", settings.openai),
    alternative("openai-compatible", settings.compatible),
    alternative("ollama", settings.ollama),
    alternative("azure-openai", settings.azure),
    alternative("amazon-bedrock", settings.bedrock),
    alternative("google-vertex", settings.vertex),
    alternative("deepseek", settings.deepseek),
  ]);

/** One `[[provider.fallback]]`: a model to turn to. Built when a manifest has one, since most have none. */
const ProviderFallback = z
  .lazy(alternatives)
  .register(z.globalRegistry, { id: "providerFallback", description: "Another provider's model." });
export type ProviderFallback = Immutable<z.infer<ReturnType<typeof alternatives>>>;

const fallback = z.exactOptional(
  z.array(ProviderFallback).register(z.globalRegistry, {
    description: "Models to turn to, in this order, while the one before is overloaded.",
  }),
);

const provider = <const Name extends string, Setting extends z.core.SomeType>(
  providerName: Name,
  itsSetting: Setting,
) => z.strictObject({ providerName: z.literal(providerName), setting: itsSetting, fallback });

/** `[provider]`: who serves the model and how to reach it. Keys come from the environment, never from the file. */
export const ProviderConfig = z.discriminatedUnion("providerName", [
  provider("anthropic", settings.anthropic),
  provider("google", settings.google),
  provider("openai", settings.openai),
  provider("openai-compatible", settings.compatible),
  provider("ollama", settings.ollama),
  provider("azure-openai", settings.azure),
  provider("amazon-bedrock", settings.bedrock),
  provider("google-vertex", settings.vertex),
  provider("deepseek", settings.deepseek),
]);
export type ProviderConfig = Immutable<z.infer<typeof ProviderConfig>>;

export type ProviderName = ProviderConfig["providerName"];
export const providerNames = [
  "anthropic",
  "google",
  "openai",
  "openai-compatible",
  "ollama",
  "azure-openai",
  "amazon-bedrock",
  "google-vertex",
  "deepseek",
] as const satisfies readonly ProviderName[];
