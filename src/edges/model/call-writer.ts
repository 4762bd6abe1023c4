import { randomUUID } from "node:crypto";
import type { LanguageModelV4, LanguageModelV4Prompt, LanguageModelV4StreamResult } from "@ai-sdk/provider";
import type { ModelChoice } from "../../job/limits.ts";
import type { Turn } from "../../run/ports.ts";
import { callOptions, type Options, toolWriter } from "./call-options.ts";
import type { Collector } from "./collect.ts";
import type { Dialect } from "./dialect.ts";
import { type Convert, conversationKeeper } from "./kept-conversation.ts";
import { loadLanguageModel } from "./language-model.ts";
import type { Means } from "./loaded-model.ts";
import type { Outbox } from "./outbox.ts";
import { type BoundedOptions, type Thinking, thinkingOf, withinCeiling } from "./output-ceiling.ts";
import { probeSettings } from "./probe-settings.ts";
import { type PromptWriter, promptWriter } from "./prompt.ts";
import type { ReadBlob } from "./prompt-media.ts";
import type { ProvidedCall } from "./provided-tools.ts";
import type { ProviderSettings } from "./provider-access.ts";
import { reasoningOptions } from "./reasoning.ts";
import { elementsAfter, markerMessage } from "./sent-elements.ts";

type Model = { readonly dialect: Dialect; readonly model: string; readonly means: Means };

/** A request that is ready to go out. */
export type Call = { send(): PromiseLike<LanguageModelV4StreamResult> };

type Circumstances = {
  readonly language: LanguageModelV4;
  /** What was said of this answer so far. */
  readonly answer: Collector;
  readonly provided: ProvidedCall;
  readonly container: string | undefined;
  readonly signal: AbortSignal;
  readonly readBlob: ReadBlob;
};

/** Writes a model's requests: a turn's, or what is left of it when an answer is to go on. */
export const callWriter = (settings: ProviderSettings, of: Model) => {
  const { dialect } = of;
  const { outbox } = of.means;
  const prompts = promptWriter(dialect, settings.provider);
  const writeTools = toolWriter(dialect);
  const bound = boundedOptions(settings, of);
  const keep = dialect.keeps && outbox && conversationKeeper(dialect.keeps, randomUUID);
  return async (turn: Turn, from: Circumstances): Promise<Call> => {
    const { language, answer, readBlob } = from;
    const said = answer.parts();
    const messages =
      said.length === 0 ? turn.messages : [...turn.messages, { role: "expert", parts: said } as const];
    const { system } = turn;
    const { tokensToGoOn = 0, usage } = answer.finish ?? {};
    const used = turn.limitedBy === undefined ? (usage?.outputTokens ?? 0) : tokensToGoOn;
    const bounded = await bound(turn, used);
    const options = callOptions({ ...from, dialect, turn, tools: writeTools(turn.tools), bounded });
    // A provider's own tools change what is made of the calls and results before.
    const kept =
      keep && from.provided.tools.length === 0
        ? await keep(messages, converter({ outbox, language, options, prompts, readBlob }))
        : undefined;
    const send = (prompt: LanguageModelV4Prompt, headers = {}) =>
      language.doStream({ ...options, prompt, headers });
    if (kept === undefined || outbox === undefined) {
      return { send: () => send(prompts.prompt({ system, messages }, readBlob)) };
    }
    const before = markerMessage(kept.marker, "expert");
    const newer = messages.slice(kept.messages.length);
    const prompt = prompts.prompt({ system, messages: newer, before }, readBlob);
    return { send: () => outbox.replace(kept, async (headers) => await send(prompt, headers)) };
  };
};

/** Asks the SDK what it would send for some messages, in a request as the turn's own. */
const converter =
  (from: {
    readonly outbox: Outbox;
    readonly language: LanguageModelV4;
    readonly options: Options;
    readonly prompts: PromptWriter;
    readonly readBlob: ReadBlob;
  }): Convert =>
  async (messages, marker) => {
    const { outbox, language, options, prompts, readBlob } = from;
    const first = messages[0]?.role ?? "user";
    const prompt = [markerMessage(marker, first), ...prompts.messages(messages, readBlob)];
    const body = await outbox.wouldSend(
      async (headers) => await language.doStream({ ...options, prompt, headers }),
    );
    return body === undefined ? undefined : elementsAfter(body, marker);
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
