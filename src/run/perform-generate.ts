import { isUnreported } from "../job/context.ts";
import type { PendingEffect } from "../job/effect.ts";
import type { JobEvent } from "../job/event.ts";
import type { AnswerPart } from "../job/message.ts";
import type { Failure } from "../job/outcome.ts";
import { choiceAt } from "../job/retry.ts";
import type { Run } from "../job/state.ts";
import { deadlineAfter } from "./deadline.ts";
import type { Delta, Generation, Turn } from "./ports.ts";
import type { JobStateView, Shell } from "./shell.ts";

type GenerateTurn = {
  readonly effect: Extract<PendingEffect, { type: "generate" }>;
  readonly run: Run;
  readonly state: JobStateView;
};

/** Asks the model once, within the step's deadline. Nothing is recorded when the job itself was aborted. */
export const performGenerate = async (
  shell: Shell,
  turn: GenerateTurn,
  signal: AbortSignal,
): Promise<readonly JobEvent[]> => {
  await shell.clock.sleep(turn.effect.delayMs, signal);
  if (signal.aborted) return [];
  const startedAt = shell.clock.now();
  const { run, effect, state } = turn;
  const choice = choiceAt(state, effect.alternative);
  const generation = await generate(shell, turn, signal);
  if (signal.aborted) return [];
  const common = {
    runId: run.id,
    step: run.step,
    durationMs: shell.clock.now() - startedAt,
    ...(effect.alternative === 0 ? {} : { alternative: effect.alternative }),
  };
  if (generation.type === "failed") {
    const partial = publishable(shell, generation.partial);
    return [{ ...generation, type: "generationFailed", ...common, partial }];
  }
  const { costUsd, contextWindow } = await shell.catalog.describe(choice, generation.usage);
  const isCounted = !isUnreported(generation.usage);
  const { isUnpaid, ...answer } = generation;
  return [
    ...(isCounted || run.messages.length > 1 ? [] : [uncounted]),
    {
      ...answer,
      type: "generationFinished",
      ...common,
      ...(isCut(generation, effect) ? { cutBy: effect.limitedBy } : {}),
      parts: publishable(shell, generation.parts),
      ...(costUsd === undefined || !isCounted ? {} : { costUsd }),
      ...(contextWindow === undefined ? {} : { contextWindow }),
    },
  ];
};

/** Whether it was the budget's limit that an answer came to, and not the model's own. */
const isCut = (
  { finishReason, usage, isUnpaid }: Extract<Generation, { type: "finished" }>,
  { limitedBy, maxOutputTokens = 0 }: GenerateTurn["effect"],
): boolean =>
  finishReason === "length" &&
  limitedBy !== undefined &&
  (isUnpaid === true || isUnreported(usage) || usage.outputTokens >= maxOutputTokens);

const uncounted = {
  type: "note",
  level: "warning",
  text: "The provider does not say how many tokens its answers take. Budgets count the most that they can have taken.",
} as const;

const generate = async (shell: Shell, turn: GenerateTurn, signal: AbortSignal): Promise<Generation> => {
  const { run, state } = turn;
  const { id: runId, step } = run;
  const limitMs = state.limits.stepTimeoutMs;
  using deadline = deadlineAfter(limitMs, signal);
  const shown = redactedDeltas(shell, { runId, step });
  const generation = await shell.model.generate(turnOf(shell, turn), {
    signal: deadline.signal,
    onDelta: shown.push,
    onSent: () => shell.catalog.preload(choiceAt(state, turn.effect.alternative)),
    readBlob: shell.log.readBlob,
  });
  shown.end();
  const isLate = generation.type === "failed" && deadline.signal.aborted && !signal.aborted;
  return isLate ? { ...generation, error: timedOut(limitMs) } : generation;
};

const turnOf = (shell: Shell, { run, state, effect }: GenerateTurn): Turn => {
  const { alternative, toolChoice, form, maxOutputTokens, limitedBy } = effect;
  const { providerTools, providerSkills, providerToolOptions } = shell.experts.get(run.expert) ?? {};
  return {
    runId: run.id,
    step: run.step,
    choice: choiceAt(state, alternative),
    alternative,
    system: run.system,
    tools: run.tools,
    toolChoice,
    messages: run.messages,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(limitedBy === undefined ? {} : { limitedBy }),
    ...(form === "structured" && state.outputSchema !== undefined
      ? { outputSchema: state.outputSchema }
      : {}),
    provided: {
      ...(providerTools === undefined ? {} : { providerTools }),
      ...(providerSkills === undefined ? {} : { providerSkills }),
      ...(providerToolOptions === undefined ? {} : { providerToolOptions }),
    },
  };
};

/** Deltas as they may be shown: a secret split over two of them is caught too. */
const redactedDeltas = (shell: Shell, of: { readonly runId: string; readonly step: number }) => {
  const streams = { text: shell.redactStream(), thinking: shell.redactStream() };
  let current: Delta["type"] = "thinking";
  const show = (type: Delta["type"], text: string): void => {
    if (text !== "") shell.observer.onDelta({ type, text, ...of });
  };
  const end = (): void => show(current, streams[current].end());
  return {
    push: (delta: Delta): void => {
      // What was held back of the thinking is shown before the text begins.
      if (delta.type !== current) end();
      current = delta.type;
      show(delta.type, streams[delta.type].push(delta.text));
    },
    end,
  };
};

const timedOut = (limitMs: number): Failure => ({
  name: "GenerationTimeout",
  message: `The model gave no complete answer within ${limitMs / 1000} s.`,
  isRetryable: true,
});

/**
 * A thinking part whose text or signature redaction would change is dropped whole: the provider would refuse it
 * altered.
 */
const publishable = (shell: Shell, parts: readonly AnswerPart[]): readonly AnswerPart[] =>
  parts.filter((part) => {
    if (part.type !== "thinking") return true;
    const text = JSON.stringify(part);
    return shell.redact(text) === text;
  });
