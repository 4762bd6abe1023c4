import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { Outbox } from "./outbox.ts";

export type Fetch = typeof globalThis.fetch;

/** A provider's model. `conceal` takes the tokens that were fetched for it out of a text. */
export type LoadedModel = { readonly language: LanguageModelV4; readonly conceal: (text: string) => string };

/**
 * What every provider is made with. `fetch` is the one place where requests can be had on their way; with the
 * `outbox` that it has them through, older messages are sent as they were before.
 */
export type Means = {
  readonly now: () => number;
  readonly fetch?: Fetch;
  readonly outbox?: Outbox;
  /** Resolves when the first request has gone out: from then on there is time for what its answer needs. */
  readonly firstSent?: Promise<void>;
};
