import type { Failure } from "../../job/outcome.ts";
import type { Generation, Model, Turn } from "../../run/ports.ts";
import { type Call, callWriter } from "./call-writer.ts";
import { type Collector, collector } from "./collect.ts";
import type { Finish } from "./collect-finish.ts";
import { dialectOf } from "./dialect.ts";
import { providerFailure, truncatedStream } from "./failure.ts";
import { loadLanguageModel } from "./language-model.ts";
import type { LoadedModel, Means } from "./loaded-model.ts";
import { providedCall, refusedCombination } from "./provided-tools.ts";
import type { ProviderSettings } from "./provider-access.ts";
import { rehearse } from "./rehearsal.ts";

export type Speaker = Model["generate"];

/** How often an answer that the provider pauses is asked to go on. */
const mostPauses = 10;

/** One model of one provider. */
export const makeSpeaker = (settings: ProviderSettings, model: string, means: Means): Speaker => {
  const { provider } = settings;
  const dialect = dialectOf(settings, model);
  const write = callWriter(settings, { dialect, model, means });
  const containers = new Map<string, string>();
  let loading: Promise<LoadedModel> | undefined;
  const prepare = oncePrepared(settings, model, means);
  return async (turn, options) => {
    const wanted = providedCall(settings, dialect, turn.provided);
    const refusal = refusedCombination(settings, { model, tools: wanted.tools, own: turn.tools.length });
    if (refusal !== undefined && turn.alternative === 0) {
      return { type: "failed", error: refusal, partial: [] };
    }
    // A model that another's overload brings in does without rather than fail, too.
    const provided = refusal === undefined ? wanted : { tools: [], options: {} };
    const answer = collector({ step: turn.step, via: provider }, options.onDelta);
    loading ??= loadLanguageModel(settings, model, means);
    const { language, conceal } = await loading;
    prepare(options.onSent);
    for (let pauses = 0; ; pauses += 1) {
      const container = containers.get(turn.runId);
      const call = await write(turn, { ...options, language, answer, provided, container });
      const before = answer.finish;
      const failure = await listen(call, answer, means.now);
      if (failure !== undefined) {
        const error = told(failure, settings, conceal);
        return { type: "failed", error, partial: answer.parts(), ...(before && { usage: before.usage }) };
      }
      const { finish } = answer;
      if (finish?.container !== undefined) containers.set(turn.runId, finish.container);
      if (!finish?.isPaused || pauses >= mostPauses) return generation(answer, model);
      if (!isPaidFor(turn, finish)) return { ...generation(answer, model), isUnpaid: true };
    }
  };
};

/** Makes ready what the first answer needs, once the first request is out and nothing waits for the processor. */
const oncePrepared = (settings: ProviderSettings, model: string, means: Means) => {
  let isPrepared = false;
  return (onSent: () => void = () => {}): void => {
    if (isPrepared) return;
    isPrepared = true;
    void means.firstSent?.then(async () => {
      await rehearse(settings, model, means);
      onSent();
    });
  };
};

/** Where a budget is near its end: whether the rest pays for all of the conversation once more, and for some words. */
const isPaidFor = ({ maxOutputTokens = 0, limitedBy }: Turn, { tokensToGoOn }: Finish): boolean =>
  limitedBy === undefined || maxOutputTokens - tokensToGoOn >= fewestWords;

/** Tokens of an answer that is worth going on with. */
const fewestWords = 1_024;

/** Hears one stream to its end; undefined when it ended well. */
const listen = async (call: Call, answer: Collector, now: () => number): Promise<Failure | undefined> => {
  const before = answer.finish;
  try {
    const { stream } = await call.send();
    for await (const part of stream) answer.add(part);
  } catch (error) {
    const failure = providerFailure(error, now());
    return failure === truncatedStream ? failure : { ...failure, isQuoted: true };
  }
  const { finish } = answer;
  return finish === undefined || finish === before || finish.reason === "interrupted"
    ? truncatedStream
    : undefined;
};

const generation = (answer: Collector, model: string): Generation => {
  const { finish } = answer;
  if (finish === undefined) return { type: "failed", error: truncatedStream, partial: answer.parts() };
  return {
    type: "finished",
    parts: answer.parts(),
    finishReason: finish.isPaused ? "length" : finish.reason,
    usage: finish.usage,
    ...(finish.requests === 1 ? {} : { contextTokens: finish.contextTokens }),
    model: answer.model ?? model,
  };
};

/** Under the name that the person gave the provider, and without a token that it may have repeated. */
const told = (failure: Failure, { name }: ProviderSettings, conceal: (text: string) => string): Failure => ({
  ...failure,
  message: conceal(name === undefined ? failure.message : `${name}: ${failure.message}`),
});
