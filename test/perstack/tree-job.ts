import { checkedAnswer } from "../../src/job/checked-answer.ts";
import { controlTools } from "../../src/job/control-tools.ts";
import { decide } from "../../src/job/decide.ts";
import { delegateTool } from "../../src/job/delegation.ts";
import type { PendingEffect } from "../../src/job/effect.ts";
import type { JobEvent } from "../../src/job/event.ts";
import { evolve } from "../../src/job/evolve.ts";
import type { Limits } from "../../src/job/limits.ts";
import type { JsonObject } from "../../src/job/message.ts";
import type { Failure } from "../../src/job/outcome.ts";
import { type ResumeInput, resumeEvents } from "../../src/job/resume.ts";
import { emptyState, type JobState } from "../../src/job/state.ts";
import type { ToolDefinition } from "../../src/job/tool.ts";
import { generationOf, jobStarted, type ScriptedAnswer, textResult, tool } from "../helpers/scripted-job.ts";

export type ExpertKey = "lead" | "@team/writer@2.0.0" | "critic";

/** How a sitting ends before the job is over, and what it is taken up again with. */
export type Sitting = {
  /** Effects that settle before. */
  readonly after: number;
  readonly by: "cut" | "signal";
  readonly input?: ResumeInput;
  readonly limits?: Partial<Limits>;
};

export type TreeScript = {
  /** What each Expert answers, over all of its Runs. Then it says that it is done. */
  readonly answers: Partial<Record<ExpertKey, readonly ScriptedAnswer[]>>;
  readonly limits?: Partial<Limits>;
  readonly outputSchema?: JsonObject;
  readonly contextWindow?: number;
  readonly resultLength?: number;
  readonly doNotOpen?: readonly ExpertKey[];
  readonly pick?: (count: number) => number;
  readonly sittings?: readonly Sitting[];
  /** What the job goes on with each time that it is over. */
  readonly more?: readonly ResumeInput[];
};

const writer = delegateTool({ key: "@team/writer@2.0.0", name: "writer", description: "Writes." });
const critic = delegateTool({ key: "critic", name: "critic", description: "Criticises." });
const ask: ToolDefinition = { ...tool("ask", "people"), answeredBy: "person" };
const own = [...controlTools, tool("read"), { ...tool("write"), readOnly: false }];

const toolsOf: Record<ExpertKey, readonly ToolDefinition[]> = {
  lead: [...own, ask, writer, critic],
  "@team/writer@2.0.0": [...own, critic],
  critic: own,
};

const expert = (key: ExpertKey, name: string, version: string) => ({
  key,
  name,
  version,
  digest: `sha256:${name}`,
  source: "file:perstack.toml",
});

const started = (script: TreeScript): Extract<JobEvent, { type: "jobStarted" }> => ({
  ...jobStarted(script.limits),
  coordinator: "lead",
  experts: [
    expert("lead", "lead", "1.0.0"),
    expert("@team/writer@2.0.0", "@team/writer", "2.0.0"),
    expert("critic", "critic", "0.3.0"),
  ],
  ...(script.outputSchema === undefined ? {} : { outputSchema: script.outputSchema }),
});

const skillDied: Failure = { name: "SKILL_START_FAILED", message: "It exited.", isRetryable: false };

const keyOf = (key: string): ExpertKey => {
  if (key === "lead" || key === "@team/writer@2.0.0" || key === "critic") return key;
  throw new Error(`There is no Expert ${key}.`);
};

/** What comes of an effect. */
const createSettle = (script: TreeScript): ((effect: PendingEffect, state: JobState) => JobEvent) => {
  const answers = new Map(Object.entries(script.answers).map(([key, list]) => [key, [...list]]));
  return (effect, state) => {
    const { runId } = effect;
    const run = state.runs.get(runId);
    switch (effect.type) {
      case "openRun": {
        const key = keyOf(effect.expert);
        if (script.doNotOpen?.includes(key)) {
          return { type: "runFinished", runId, outcome: { type: "failed", error: skillDied } };
        }
        const { parent } = effect;
        const input = [{ type: "text", text: effect.query }] as const;
        const begun = { runId, expert: key, system: `You are ${key}.`, tools: toolsOf[key], input };
        return { type: "runStarted", ...begun, ...(parent === undefined ? {} : { parent }) };
      }
      case "reopenRun": {
        const key = keyOf(effect.expert);
        return { type: "runResumed", runId, system: `You are ${key}.`, tools: toolsOf[key] };
      }
      case "generate": {
        const answer = answers.get(run?.expert ?? "")?.shift() ?? { text: `${run?.expert} is done.` };
        const event = generationOf(answer, run?.step ?? 0, runId);
        return event.type === "generationFinished" && script.contextWindow !== undefined
          ? { ...event, contextWindow: script.contextWindow }
          : event;
      }
      case "callTool": {
        const result = textResult(`${effect.call.tool} done`.padEnd(script.resultLength ?? 0, "."));
        return {
          type: "toolCallFinished",
          runId,
          toolCallId: effect.call.id,
          ...result,
          durationMs: 1,
        };
      }
      case "reduceContext": {
        const blob = { type: "blob", sha256: "ab".repeat(32), mediaType: "text/plain", size: 900 } as const;
        const results = effect.results.map(({ id }) => ({ toolCallId: id, blob }));
        return { type: "contextReduced", runId, step: run?.step ?? 0, results };
      }
      case "checkAnswer": {
        const verdict = checkedAnswer(effect.text, script.outputSchema ?? {});
        return { type: "answerChecked", runId, verdict };
      }
      case "closeRun":
        return { type: "runFinished", runId, outcome: effect.outcome };
      default:
        return effect satisfies never;
    }
  };
};

/** Plays a job of several Experts through all of its sittings. */
export const playTree = (
  script: TreeScript,
): { readonly state: JobState; readonly events: readonly JobEvent[] } => {
  const settle = createSettle(script);
  const events: JobEvent[] = [];
  let state = emptyState;
  const record = (event: JobEvent): void => {
    events.push(event);
    state = evolve(state, event);
  };
  const sit = (sitting: Sitting | undefined): void => {
    for (let n = 0; state.outcome === undefined; n++) {
      if (n > 3_000) throw new Error("The job does not end.");
      const effects = decide(state);
      const records = effects.filter((effect) => effect.type === "record");
      const others = effects.filter((effect) => effect.type !== "record");
      const chosen = others[(script.pick?.(others.length) ?? 0) % Math.max(others.length, 1)];
      if (sitting?.after === n && sitting.by === "cut") return;
      if (sitting?.after === n) record({ type: "interrupted", signal: "SIGTERM" });
      else if (records.length > 0) for (const { event } of records) record(event);
      else if (chosen !== undefined) record(settle(chosen, state));
      else throw new Error("Nothing is decided, and the job is not over.");
    }
  };
  record(started(script));
  const sittings = script.sittings ?? [];
  const more = (script.more ?? []).map((input): Partial<Sitting> => ({ input }));
  for (const [index, sitting] of [...sittings, ...more, {}].entries()) {
    sit(sittings[index]);
    const { type: _type, v: _v, coordinator: _c, outputSchema: _s, query: _q, ...given } = started(script);
    const resumed = { type: "jobResumed", ...given, limits: { ...given.limits, ...sitting.limits } } as const;
    if (index === sittings.length + more.length) break;
    const none: ResumeInput = { type: "none" };
    const inputs = [sitting.input ?? none, none];
    const brought = inputs.map((input) => resumeEvents(state, { resumed, input }));
    for (const event of brought.find((events) => typeof events !== "string") ?? []) record(event);
  }
  return { state, events };
};
