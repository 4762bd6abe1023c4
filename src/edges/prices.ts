import type { ModelChoice } from "../job/event.ts";
import type { Usage } from "../job/usage.ts";

/**
 * US dollars of a job by the public price list, or nothing when the list does not know the model: an unknown price
 * is never zero. Loaded when it is asked for, since the list is large.
 */
export const priceOf = async (choice: ModelChoice, usage: Usage): Promise<number | undefined> => {
  const { calcPrice } = await loadPrices();
  const priced = calcPrice(
    {
      input_tokens: usage.inputTokens,
      cache_read_tokens: usage.cachedInputTokens,
      cache_write_tokens: usage.cacheWriteTokens ?? 0,
      output_tokens: usage.outputTokens,
    },
    choice.model,
    { providerId: choice.provider },
  );
  return priced?.total_price;
};

/** The list is a megabyte of code; whoever has time to spare loads it ahead. */
export const loadPrices = (): Promise<typeof import("@pydantic/genai-prices")> =>
  import("@pydantic/genai-prices");
