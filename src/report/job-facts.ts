import type { JobEvent, JournalEntry, ResolvedExpert } from "../job/event.ts";
import { evolve } from "../job/evolve.ts";
import type { ModelChoice } from "../job/limits.ts";
import type { RunOutcome } from "../job/outcome.ts";
import { emptyState } from "../job/state.ts";
import type { Usage } from "../job/usage.ts";
import { type CallFacts, callFacts } from "./call-facts.ts";
import { type SandboxFacts, sandboxFacts } from "./sandbox-facts.ts";

export type Note = { readonly level: "info" | "warning"; readonly text: string };

/** A skill that ended without being asked to. */
export type SkillFailure = { readonly skill: string; readonly reason: string };

/** What a journal says about its job, in numbers and lists. */
export type JobFacts = {
  readonly jobId: string;
  readonly coordinator: string;
  readonly experts: readonly ResolvedExpert[];
  readonly model?: ModelChoice;
  /** Generations that gave an answer that could be used, over all Runs. */
  readonly steps: number;
  /** Generations that failed, whether or not they were tried again. */
  readonly failedGenerations: number;
  readonly usage: Usage;
  /** US dollars, where the price of every answer is known. */
  readonly costUsd?: number;
  /** Milliseconds from the first entry to the last. */
  readonly durationMs: number;
  readonly modelMs: number;
  /** By skill, then by tool, in the order of their first call. */
  readonly calls: readonly CallFacts[];
  readonly notes: readonly Note[];
  readonly skillFailures: readonly SkillFailure[];
  /** Missing when no process was started. */
  readonly sandbox?: SandboxFacts;
  /** How the job ended; missing when it was cut off. */
  readonly outcome?: RunOutcome;
};

type EventOf<Type extends JobEvent["type"]> = Extract<JobEvent, { type: Type }>;

const eventsOf = <Type extends JobEvent["type"]>(
  entries: readonly JournalEntry[],
  type: Type,
): readonly EventOf<Type>[] => {
  const isType = (event: JobEvent): event is EventOf<Type> => event.type === type;
  return entries.map((entry) => entry.event).filter(isType);
};

/** Folds a journal, whole or cut off, into its facts. */
export const reportOf = (entries: readonly JournalEntry[]): JobFacts => {
  // The core's own fold counts, so that every page and the step's outputs tell the same.
  const state = entries.reduce((before, { event }) => evolve(before, event), emptyState);
  const { started } = state;
  const generations = eventsOf(entries, "generationFinished");
  const failed = eventsOf(entries, "generationFailed");
  const sandbox = sandboxFacts(entries.map((entry) => entry.event));
  const outcome = eventsOf(entries, "jobFinished").at(-1)?.outcome;
  return {
    jobId: started?.jobId ?? "",
    coordinator: started?.coordinator ?? "",
    experts: started?.experts ?? [],
    ...(started === undefined ? {} : { model: started.model }),
    steps: state.steps,
    failedGenerations: failed.length,
    usage: state.usage,
    ...(generations.every(({ costUsd }) => costUsd !== undefined) ? { costUsd: state.costUsd } : {}),
    durationMs: Math.max(0, (entries.at(-1)?.at ?? 0) - (entries[0]?.at ?? 0)),
    modelMs: [...generations, ...failed].reduce((sum, event) => sum + event.durationMs, 0),
    calls: callFacts(entries.map((entry) => entry.event)),
    notes: eventsOf(entries, "note").map(({ level, text }) => ({ level, text })),
    skillFailures: eventsOf(entries, "skillDisconnected")
      .filter((event) => event.reason !== "closed")
      .map(({ skill, reason }) => ({ skill, reason })),
    ...(sandbox === undefined ? {} : { sandbox }),
    ...(outcome === undefined ? {} : { outcome }),
  };
};
