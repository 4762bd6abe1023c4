import * as z from "zod/mini";
import { ruled, text, textTable } from "./field.ts";
import type { Immutable } from "./immutable.ts";
import { isPrivateHost } from "./public-host.ts";

const urlOf = (value: string): URL | undefined => (URL.canParse(value) ? new URL(value) : undefined);

const isLoopback = (url: URL): boolean =>
  /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname) && isPrivateHost(url.hostname);

const secureBaseUrl = ruled(
  (value) => {
    const url = urlOf(value);
    return url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url));
  },
  {
    expected: "an https URL (http only for this machine itself)",
    remedy: 'Write it in full, such as baseUrl = "https://llm.example.com/v1".',
  },
  "URL of the provider's API, in place of its usual one. https, or http on this machine.",
);

const anyBaseUrl = ruled(
  (value) => /^https?:$/.test(urlOf(value)?.protocol ?? ""),
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

const fallback = z.exactOptional(
  z.array(z.unknown()).register(z.globalRegistry, {
    description: "Providers to turn to when this one fails. Accepted, without effect yet.",
  }),
);

const word = (description: string) => z.exactOptional(text(description));

const secureEndpoint = { baseUrl: z.exactOptional(secureBaseUrl), headers: z.exactOptional(headers) };
const anyEndpoint = { baseUrl: z.exactOptional(anyBaseUrl), headers: secureEndpoint.headers };
const instanceName = word("Name of this provider instance.");
// Shared where they are the same: every schema costs start-up time.
const secureSetting = setting(secureEndpoint);

const provider = <const Name extends string, Setting extends z.core.SomeType>(
  providerName: Name,
  itsSetting: Setting,
) => z.strictObject({ providerName: z.literal(providerName), setting: itsSetting, fallback });

/** `[provider]`: who serves the model and how to reach it. Keys come from the environment, never from the file. */
export const ProviderConfig = z.discriminatedUnion("providerName", [
  provider("anthropic", secureSetting),
  provider("google", secureSetting),
  provider(
    "openai",
    setting({
      ...secureEndpoint,
      organization: word("OpenAI organization id."),
      project: word("OpenAI project id."),
      name: instanceName,
    }),
  ),
  provider("openai-compatible", setting({ ...anyEndpoint, name: instanceName })),
  provider("ollama", setting(anyEndpoint)),
  provider(
    "azure-openai",
    setting({
      ...secureEndpoint,
      resourceName: word("Azure OpenAI resource."),
      apiVersion: word("Azure OpenAI API version."),
      useDeploymentBasedUrls: z.exactOptional(
        z.boolean().register(z.globalRegistry, {
          description: "Whether to use the older URLs that name the deployment.",
        }),
      ),
    }),
  ),
  provider("amazon-bedrock", setting({ region: word("AWS region.") })),
  provider(
    "google-vertex",
    setting({
      ...secureEndpoint,
      project: word("Google Cloud project."),
      location: word("Google Cloud location."),
    }),
  ),
  provider("deepseek", secureSetting),
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
