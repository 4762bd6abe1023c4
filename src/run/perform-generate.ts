import type { Effect } from "../job/decide.ts";
import type { Failure, JobEvent } from "../job/event.ts";
import type { AnswerPart } from "../job/message.ts";
import type { Run } from "../job/state.ts";
import { deadlineAfter } from "./deadline.ts";
import type { Delta, Generation } from "./ports.ts";
import type { JobStateView, Shell } from "./shell.ts";

type GenerateTurn = {
  readonly effect: Extract<Effect, { type: "generate" }>;
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
  const generation = await generate(shell, turn, signal);
  if (signal.aborted) return [];
  const { id: runId, step } = turn.run;
  const common = { runId, step, durationMs: shell.clock.now() - startedAt };
  return generation.type === "finished"
    ? [{ ...generation, type: "generationFinished", ...common, parts: publishable(shell, generation.parts) }]
    : [
        {
          ...generation,
          type: "generationFailed",
          ...common,
          partial: publishable(shell, generation.partial),
        },
      ];
};

const generate = async (shell: Shell, turn: GenerateTurn, signal: AbortSignal): Promise<Generation> => {
  const { run, state, effect } = turn;
  const { id: runId, step, system, tools, messages } = run;
  const limitMs = state.limits.stepTimeoutMs;
  using deadline = deadlineAfter(limitMs, signal);
  const shown = redactedDeltas(shell, { runId, step });
  const generation = await shell.model.generate(
    {
      runId,
      step,
      choice: state.model,
      alternative: 0,
      system,
      tools,
      toolChoice: effect.toolChoice,
      messages,
      provided: shell.experts.get(run.expert) ?? {},
    },
    {
      signal: deadline.signal,
      onDelta: shown.push,
      readBlob: shell.log.readBlob,
    },
  );
  shown.end();
  const isLate = generation.type === "failed" && deadline.signal.aborted && !signal.aborted;
  return isLate ? { ...generation, error: timedOut(limitMs) } : generation;
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
