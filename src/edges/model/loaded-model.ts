import type { LanguageModelV4 } from "@ai-sdk/provider";

export type Fetch = typeof globalThis.fetch;

/** A provider's model. `conceal` takes the tokens that were fetched for it out of a text. */
export type LoadedModel = { readonly language: LanguageModelV4; readonly conceal: (text: string) => string };

/** What every provider is made with. `fetch` is the one place where requests can be had on their way. */
export type Means = { readonly now: () => number; readonly fetch?: Fetch };
