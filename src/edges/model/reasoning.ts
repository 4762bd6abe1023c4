import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { ModelChoice } from "../../job/limits.ts";
import type { ProviderSettings } from "./provider-settings.ts";

type ReasoningOptions = Pick<LanguageModelV4CallOptions, "reasoning" | "providerOptions">;

/**
 * `reasoningBudget` as each API wants it: a level goes through the AI SDK's own mapping; a number of tokens is
 * Anthropic's `budget_tokens`, and the nearest level where an API knows levels only.
 *
 * OpenAI stores nothing (`store: false`) and gives its encrypted reasoning back to us instead, so that a journal
 * holds everything a job needs.
 */
export const reasoningOptions = (
  provider: ProviderSettings["provider"],
  budget: ModelChoice["reasoningBudget"],
): ReasoningOptions => {
  const options: ReasoningOptions =
    provider === "openai"
      ? { providerOptions: { openai: { store: false, include: ["reasoning.encrypted_content"] } } }
      : {};
  if (budget === undefined) return options;
  if (typeof budget === "string") return { ...options, ...level(budget) };
  if (provider === "anthropic" && budget > 0) {
    return { providerOptions: { anthropic: { thinking: { type: "enabled", budgetTokens: budget } } } };
  }
  return { ...options, reasoning: nearestLevel(budget) };
};

const levels = ["none", "minimal", "low", "medium", "high"] as const;

const level = (name: string): ReasoningOptions => {
  const known = levels.find((candidate) => candidate === name);
  return known === undefined ? {} : { reasoning: known };
};

/** Upper bounds in tokens; a reading of "low, medium, high" that providers document in about this way. */
const nearestLevel = (tokens: number): (typeof levels)[number] => {
  if (tokens <= 0) return "none";
  if (tokens <= 512) return "minimal";
  if (tokens <= 4_096) return "low";
  return tokens <= 16_384 ? "medium" : "high";
};
