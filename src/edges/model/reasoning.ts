import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { ModelChoice } from "../../job/limits.ts";
import { type Dialect, takesBudget } from "./dialect.ts";

export type ReasoningOptions = Pick<LanguageModelV4CallOptions, "reasoning" | "providerOptions">;

/**
 * `reasoningBudget` as each API wants it: a level goes through the AI SDK's own mapping; a number of tokens is a
 * budget where an API knows budgets (Claude, Gemini before 3), and the nearest level where it knows levels only.
 *
 * OpenAI stores nothing (`store: false`) and gives its encrypted reasoning back to us instead, so that a journal
 * holds everything a job needs.
 */
export const reasoningOptions = (
  dialect: Dialect,
  { model, reasoningBudget }: Pick<ModelChoice, "model" | "reasoningBudget">,
): ReasoningOptions => {
  const base = dialect.name === "openai" ? stateless(dialect, reasoningBudget) : {};
  if (reasoningBudget === undefined) return base;
  const asked =
    typeof reasoningBudget === "string" ? levelOf(reasoningBudget) : nearestLevel(reasoningBudget);
  if (asked === undefined) return base;
  const tokens = typeof reasoningBudget === "number" && reasoningBudget > 0 ? reasoningBudget : undefined;
  if (tokens !== undefined && takesBudget(dialect.name, model)) return budgeted(dialect, tokens);
  if (dialect.name === "google" && asked !== "none") {
    return hasLevelsOnly(model) || tokens === undefined
      ? { reasoning: asked, providerOptions: { google: { thinkingConfig: { includeThoughts: true } } } }
      : budgeted(dialect, tokens);
  }
  // Ollama knows no level below low.
  const level = dialect.name === "ollama" && asked === "minimal" ? "low" : asked;
  return { ...base, reasoning: level };
};

/** A budget in tokens in the words of each API that has one; 0 switches thinking off. */
export const budgeted = (dialect: Dialect, tokens: number): ReasoningOptions => {
  switch (dialect.name) {
    case "anthropic": {
      const thinking = tokens === 0 ? { type: "disabled" } : { type: "enabled", budgetTokens: tokens };
      return { providerOptions: { anthropic: { thinking } } };
    }
    case "bedrock": {
      const reasoningConfig = tokens === 0 ? { type: "disabled" } : { type: "enabled", budgetTokens: tokens };
      return { providerOptions: { amazonBedrock: { reasoningConfig } } };
    }
    case "google":
      return {
        providerOptions: {
          google: { thinkingConfig: { thinkingBudget: tokens, includeThoughts: tokens > 0 } },
        },
      };
    default:
      return { reasoning: nearestLevel(tokens) };
  }
};

const stateless = (dialect: Dialect, budget: ModelChoice["reasoningBudget"]): ReasoningOptions => {
  // A deployment of Azure's is named as its owner likes, so its name does not say that it reasons.
  const isNamelessReasoner = dialect.dataKeys.includes("azure") && ![undefined, "none", 0].includes(budget);
  return {
    providerOptions: {
      openai: {
        store: false,
        include: ["reasoning.encrypted_content"],
        ...(isNamelessReasoner ? { forceReasoning: true } : {}),
      },
    },
  };
};

/** Gemini 3 and later think by levels: https://ai.google.dev/gemini-api/docs/thinking */
const hasLevelsOnly = (model: string): boolean => /gemini-(?:[3-9]|\d{2})/.test(model);

const levels = ["none", "minimal", "low", "medium", "high"] as const;
type Level = (typeof levels)[number];

const levelOf = (name: string): Level | undefined => levels.find((candidate) => candidate === name);

/** Upper bounds in tokens; a reading of "low, medium, high" that providers document in about this way. */
const nearestLevel = (tokens: number): Level => {
  if (tokens <= 0) return "none";
  if (tokens <= 512) return "minimal";
  if (tokens <= 4_096) return "low";
  return tokens <= 16_384 ? "medium" : "high";
};
