import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { loadLanguageModel } from "./language-model.ts";
import type { Fetch, Means } from "./loaded-model.ts";
import { madeUpResponse } from "./plain-response.ts";
import { probeSettings } from "./probe-settings.ts";
import type { ProviderSettings } from "./provider-access.ts";

/**
 * Has a provider's package read an answer that says nothing, so that what it makes at its first answer (the rules
 * that it checks events by) is there before the real one arrives. No request leaves. Amazon Bedrock streams in a form
 * of its own, for which there is nothing to read.
 */
export const rehearse = async (
  settings: ProviderSettings,
  model: string,
  { now }: Pick<Means, "now">,
): Promise<void> => {
  if (settings.provider === "amazon-bedrock") return;
  try {
    const means = { now, fetch: emptyAnswer };
    const { language } = await loadLanguageModel(probeSettings(settings, model), model, means);
    const { stream } = await language.doStream({ prompt });
    for await (const _ of stream);
  } catch {
    // It was no answer. Whatever is wrong with the provider, the real request tells.
  }
};

const prompt: LanguageModelV4CallOptions["prompt"] = [
  { role: "user", content: [{ type: "text", text: "?" }] },
];

const emptyAnswer: Fetch = async () =>
  madeUpResponse("data: {}\n\n", { status: 200, contentType: "text/event-stream" });
