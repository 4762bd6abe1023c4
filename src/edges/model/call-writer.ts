import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { ModelChoice } from "../../job/limits.ts";
import type { Turn } from "../../run/ports.ts";
import { callOptions, toolWriter } from "./call-options.ts";
import type { Collector } from "./collect.ts";
import type { Dialect } from "./dialect.ts";
import { loadLanguageModel } from "./language-model.ts";
import type { Means } from "./loaded-model.ts";
import { type BoundedOptions, type Thinking, thinkingOf, withinCeiling } from "./output-ceiling.ts";
import { probeSettings } from "./probe-settings.ts";
import { promptWriter } from "./prompt.ts";
import type { ReadBlob } from "./prompt-media.ts";
import type { ProvidedCall } from "./provided-tools.ts";
import type { ProviderSettings } from "./provider-access.ts";
import { reasoningOptions } from "./reasoning.ts";

type Model = { readonly dialect: Dialect; readonly model: string; readonly means: Means };

/** Writes a model's requests: a turn's, or what is left of it when an answer is to go on. */
export const callWriter = (settings: ProviderSettings, of: Model) => {
  const { dialect } = of;
  const writePrompt = promptWriter(dialect, settings.provider);
  const writeTools = toolWriter(dialect);
  const bound = boundedOptions(settings, of);
  return async (
    turn: Turn,
    from: {
      /** What was said of this answer so far. */
      readonly answer: Collector;
      readonly provided: ProvidedCall;
      readonly container: string | undefined;
      readonly signal: AbortSignal;
      readonly readBlob: ReadBlob;
    },
  ): Promise<LanguageModelV4CallOptions> => {
    const { answer, provided, container, signal } = from;
    const said = answer.parts();
    const messages =
      said.length === 0 ? turn.messages : [...turn.messages, { role: "expert", parts: said } as const];
    return callOptions({
      dialect,
      turn,
      prompt: writePrompt({ system: turn.system, messages }, from.readBlob),
      tools: writeTools(turn.tools),
      provided,
      bounded: await bound(turn, answer.finish?.usage.outputTokens ?? 0),
      container,
      signal,
    });
  };
};

/** What the SDK makes of a budget is found out once; a ceiling may be another in each turn. */
const boundedOptions = (settings: ProviderSettings, { dialect, model, means }: Model) => {
  const known = new Map<ModelChoice["reasoningBudget"], Promise<Thinking>>();
  return async (turn: Turn, used: number): Promise<BoundedOptions> => {
    const { maxOutputTokens, choice } = turn;
    const reasoning = reasoningOptions(dialect, choice);
    if (maxOutputTokens === undefined) return reasoning;
    const ceiling = Math.max(1, maxOutputTokens - used);
    if (choice.reasoningBudget === undefined) return { ...reasoning, maxOutputTokens: ceiling };
    const load = async (fetch: NonNullable<Means["fetch"]>): Promise<LanguageModelV4> =>
      (await loadLanguageModel(probeSettings(settings, model), model, { ...means, fetch })).language;
    const thinking = known.get(choice.reasoningBudget) ?? thinkingOf(dialect, reasoning, load);
    known.set(choice.reasoningBudget, thinking);
    return withinCeiling({ ceiling, reasoning, dialect, thinking: await thinking });
  };
};
