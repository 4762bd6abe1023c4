import type { ModelPrice, Usage as PricedUsage, Provider } from "@pydantic/genai-prices";
import type { ModelChoice, PriceCeiling } from "../job/limits.ts";
import type { Usage } from "../job/usage.ts";
import type { Catalog } from "../run/ports.ts";

/** Prices that a person gave, by model: US dollars per million tokens, over the list's. */
export type OwnPrices = ReadonlyMap<string, PriceCeiling>;

export type PriceCatalog = Catalog & {
  /** The most that the model's tokens may cost; nothing when nobody knows. */
  ceilingOf(choice: ModelChoice): Promise<PriceCeiling | undefined>;
};

/**
 * Models by the public price list of `genai-prices`, loaded at the first question since it is a megabyte of code. An
 * unknown price is never zero. What an endpoint of somebody's own asks for is unknown, whatever its model is called.
 *
 * @param warn hears once why the list could not be read, or why it cannot price a model; the job goes on without
 */
export const priceCatalog = (own: OwnPrices, warn: (text: string) => void): PriceCatalog => {
  let loading: Promise<Awaited<ReturnType<typeof loadList>> | undefined> | undefined;
  const list = async () => {
    loading ??= loadList().catch((error: unknown) => {
      warn(`The price list could not be read, so costs are not known: ${String(error)}`);
      return undefined;
    });
    return await loading;
  };
  const find = pricesIn(list, warn);
  return {
    preload: (choice) => void find(choice, { input_tokens: 1, output_tokens: 1 }),
    async describe(choice, usage) {
      const priced = pricedUsage(usage);
      const found = await find(choice, priced);
      const ownPrice = own.get(choice.model);
      const costUsd = ownPrice === undefined ? found?.total_price : ownCost(ownPrice, priced);
      const contextWindow = found?.model.context_window ?? windowByName(choice.model);
      return {
        ...(costUsd === undefined ? {} : { costUsd }),
        ...(contextWindow === undefined ? {} : { contextWindow }),
      };
    },
    async ceilingOf(choice) {
      const ownPrice = own.get(choice.model);
      if (ownPrice !== undefined) return ownPrice;
      const found = await find(choice, { input_tokens: 1, output_tokens: 1 });
      return found === undefined ? undefined : ceilingIn(found.model_price);
    },
  };
};

/** How the list prices a model's tokens. To look for a model takes longer than to price it, so each is looked for once. */
const pricesIn = (
  list: () => Promise<Awaited<ReturnType<typeof loadList>> | undefined>,
  warn: (text: string) => void,
) => {
  /** The providers with no model but the one that was found. */
  const matched = new Map<string, Provider>();
  const refused = new Set<string>();
  return async (choice: ModelChoice, usage: PricedUsage) => {
    if (ownEndpoints.has(choice.provider)) return undefined;
    const key = JSON.stringify([choice.provider, choice.model]);
    const known = matched.get(key);
    const where = known === undefined ? { providerId: choice.provider } : { provider: known };
    const prices = await list();
    try {
      const found = prices?.calcPrice(usage, choice.model, where) ?? undefined;
      if (found !== undefined && known === undefined)
        matched.set(key, { ...found.provider, models: [found.model] });
      return found;
    } catch (error) {
      if (!refused.has(key)) warn(`What ${choice.model} costs is not known: ${String(error)}`);
      refused.add(key);
      return undefined;
    }
  };
};

const loadList = () => import("@pydantic/genai-prices");

const ownEndpoints: ReadonlySet<string> = new Set(["ollama", "openai-compatible"]);

type TokenCounts = PricedUsage & { readonly input_tokens: number; readonly output_tokens: number };

/** The list throws where a part is more than the whole, and some providers report just that. */
const pricedUsage = (usage: Usage): TokenCounts => {
  const input = Math.max(usage.inputTokens, 0);
  const cached = within(usage.cachedInputTokens, input);
  return {
    input_tokens: input,
    cache_read_tokens: cached,
    cache_write_tokens: within(usage.cacheWriteTokens ?? 0, input - cached),
    output_tokens: Math.max(usage.outputTokens, 0),
  };
};

const within = (tokens: number, most: number): number => Math.min(Math.max(tokens, 0), most);

const ownCost = (price: PriceCeiling, usage: TokenCounts): number =>
  (usage.input_tokens * price.inputUsd + usage.output_tokens * price.outputUsd) / 1e6;

/** Windows that the list does not have: https://ai.google.dev/gemini-api/docs/models */
const windowByName = (model: string): number | undefined =>
  /^(?:models\/)?gemini-(?:[2-9]|1\.5)/.test(model) ? 1_048_576 : undefined;

/** Prices rise with the length of a prompt, and what is written to a cache costs more than what is only read. */
const ceilingIn = (price: ModelPrice): PriceCeiling | undefined => {
  const input = Math.max(highest(price.input_mtok), highest(price.cache_write_mtok));
  const output = highest(price.output_mtok);
  return price.input_mtok === undefined || price.output_mtok === undefined
    ? undefined
    : { inputUsd: input, outputUsd: output };
};

const highest = (price: ModelPrice[string]): number =>
  typeof price === "object" ? Math.max(price.base, ...price.tiers.map((tier) => tier.price)) : (price ?? 0);
