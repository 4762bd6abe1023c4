import type { ProviderSettings } from "./provider-access.ts";

/** The same model behind a login that needs no network and no program, to ask the SDK what it would do. */
export const probeSettings = (settings: ProviderSettings, model: string): ProviderSettings => {
  switch (settings.provider) {
    case "google-vertex": {
      const { baseUrl, headers } = settings;
      const provider = model.startsWith("claude") ? "anthropic" : "google";
      return { baseUrl, headers, provider, apiKey: "-" };
    }
    case "azure-openai":
      return { ...settings, credential: { type: "apiKey", apiKey: "-" } };
    default:
      return settings;
  }
};
