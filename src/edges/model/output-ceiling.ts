import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { Dialect } from "./dialect.ts";
import type { Fetch } from "./loaded-model.ts";
import { madeUpResponse } from "./plain-response.ts";
import { budgeted, type ReasoningOptions } from "./reasoning.ts";

export type BoundedOptions = ReasoningOptions & Pick<LanguageModelV4CallOptions, "maxOutputTokens">;

/** Loads the same model with another `fetch`. */
type Load = (fetch: Fetch) => Promise<LanguageModelV4>;

/** What of a ceiling thinking may take; the rest is for the answer itself. */
const thinkingShare = 0.8;

/** Anthropic takes no smaller budget: https://docs.claude.com/en/docs/build-with-claude/extended-thinking */
const leastBudget = 1_024;

/** What the SDK makes of a reasoning budget for a model, whatever the ceiling. */
export type Thinking = {
  /** Tokens of thinking that it asks for in so many words. */
  readonly budget: number | undefined;
  /** Whether a ceiling is sent at all. */
  readonly isBounded: boolean;
};

const unknown: Thinking = { budget: undefined, isBounded: true };

/**
 * Some SDKs add the thinking budget to the output tokens, by what they know of a model, so the SDK itself is asked
 * what it would send.
 */
export const thinkingOf = async (
  dialect: Dialect,
  reasoning: ReasoningOptions,
  load: Load,
): Promise<Thinking> => {
  if (!adds(dialect) && dialect.name !== "google") return unknown;
  const sent = await wouldSend(load, { ...reasoning, maxOutputTokens: leastBudget });
  return { budget: thinkingBudget(sent), isBounded: dialect.name !== "bedrock" || hasCeiling(sent) };
};

const adds = ({ name }: Dialect): boolean => name === "anthropic" || name === "bedrock";

/**
 * Output and thinking such that a request never asks for more than `ceiling` tokens of both together: what the SDK
 * adds is taken off again. Thinking that leaves no room for an answer is lowered, or switched off.
 */
export const withinCeiling = (from: {
  readonly ceiling: number;
  readonly reasoning: ReasoningOptions;
  readonly dialect: Dialect;
  readonly thinking: Thinking;
}): BoundedOptions => {
  const { ceiling, reasoning, dialect } = from;
  const { budget, isBounded } = from.thinking;
  const plain = { ...reasoning, maxOutputTokens: ceiling };
  // Nova 2 takes no ceiling at its highest level of thinking.
  if (!isBounded) return { ...plain, reasoning: "medium" };
  if (budget === undefined || budget <= 0) return plain;
  const room = Math.floor(ceiling * thinkingShare);
  if (!adds(dialect))
    return budget <= room ? plain : { ...budgeted(dialect, room), maxOutputTokens: ceiling };
  const lowered = Math.min(budget, room);
  if (lowered < leastBudget) return { ...budgeted(dialect, 0), maxOutputTokens: ceiling };
  return { ...budgeted(dialect, lowered), maxOutputTokens: ceiling - lowered };
};

type Shape = { readonly [key: string]: unknown };
const isShape = (value: unknown): value is Shape => typeof value === "object" && value !== null;

const at = (body: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (isShape(value) ? value[key] : undefined), body);

const thinkingBudget = (body: unknown): number | undefined =>
  [
    ["thinking", "budget_tokens"],
    ["additionalModelRequestFields", "thinking", "budget_tokens"],
    ["generationConfig", "thinkingConfig", "thinkingBudget"],
  ]
    .map((path) => at(body, path))
    .find((value) => typeof value === "number");

const hasCeiling = (body: unknown): boolean => typeof at(body, ["inferenceConfig", "maxTokens"]) === "number";

/** The body of a request that never leaves. */
const wouldSend = async (load: Load, options: BoundedOptions): Promise<unknown> => {
  let body: unknown;
  const language = await load(async (_url, init) => {
    body = JSON.parse(String(init?.body));
    return madeUpResponse("{}", { status: 400, contentType: "application/json" });
  });
  const prompt: LanguageModelV4CallOptions["prompt"] = [
    { role: "user", content: [{ type: "text", text: "?" }] },
  ];
  try {
    await language.doStream({ prompt, ...options });
  } catch {
    // It fails by design once the body is known; without a body there is nothing to lower.
  }
  return body;
};
