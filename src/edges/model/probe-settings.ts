import type { ProviderSettings } from "./provider-access.ts";

/** The same model behind a login that needs no network, to ask the SDK what it would send. */
export const probeSettings = (settings: ProviderSettings, model: string): ProviderSettings => {
  if (settings.provider !== "google-vertex") return settings;
  const { baseUrl, headers } = settings;
  const provider = model.startsWith("claude") ? "anthropic" : "google";
  return { baseUrl, headers, provider, apiKey: "-" };
};
