import { controlTools } from "../../src/job/control-tools.ts";
import { delegateRunId, delegateTool } from "../../src/job/delegation.ts";
import type { PendingEffect } from "../../src/job/effect.ts";
import type { JobEvent } from "../../src/job/event.ts";
import type { Failure } from "../../src/job/outcome.ts";
import { type Run, rootRunId, toolCallId } from "../../src/job/state.ts";
import type { ToolDefinition } from "../../src/job/tool.ts";
import type { Usage } from "../../src/job/usage.ts";
import { generationOf, type ScriptedAnswer, tokens, tool, unauthorized } from "./scripted-job.ts";

/** What an Expert calls; `ask` is a question to a person, which only the Coordinator can put. */
export type TreeCall =
  | { readonly kind: "read" | "write" | "noSuchTool" | "ask" | "attemptCompletion" }
  | { readonly kind: "todo"; readonly title: string }
  | { readonly kind: "delegate"; readonly run: TreeRun };

/** One answer that calls, and the attempts that fail before it. */
export type TreeTurn = {
  readonly calls: readonly TreeCall[];
  readonly text: boolean;
  readonly failures: readonly Failure[];
};

/** All that a Run does, and how it ends. `unopened` is a delegate whose skills do not start. */
export type TreeRun = {
  readonly turns: readonly TreeTurn[];
  readonly end: "text" | "refusal" | "failure" | "unopened";
};

const canary = (kind: string, owner: string): string => `«${kind} ${owner}»`;

const treeTools = (runId: string): readonly ToolDefinition[] => [
  ...controlTools,
  tool("read"),
  { ...tool("write"), readOnly: false },
  ...(runId === rootRunId
    ? [{ ...tool("ask", "people"), readOnly: false, answeredBy: "person" } as const]
    : []),
  delegateTool({ key: "helper", name: "helper", description: "Helps." }),
];

/** The part of the tree that a Run plays: its query says where it stands. */
const scriptOf = (tree: TreeRun, query: string): TreeRun => {
  const path = /at ([\d./]*)$/.exec(query)?.[1] ?? "";
  return path
    .split("/")
    .filter((place) => place !== "")
    .reduce((run: TreeRun, place) => {
      const [turn = 0, index = 0] = place.split(".").map(Number);
      const call = run.turns[turn]?.calls[index];
      return call?.kind === "delegate" ? call.run : run;
    }, tree);
};

const queryOf = (run: Run): string => {
  const [part] = run.messages[0]?.parts ?? [];
  return part?.type === "text" ? part.text : "";
};

const answerOf = (tree: TreeRun, run: Run, attempt: number): ScriptedAnswer => {
  const script = scriptOf(tree, queryOf(run));
  const index = run.messages.filter((message) => message.role === "expert").length;
  const turn = script.turns[index];
  if (turn === undefined) {
    if (script.end === "failure") return { fails: unauthorized };
    const text = canary("FIN", run.id);
    return script.end === "refusal" ? { text, finishReason: "refusal" } : { text };
  }
  const failure = turn.failures[attempt];
  if (failure !== undefined) return { fails: failure };
  const isClosing = run.phase.type === "generating" && run.phase.toolChoice === "none";
  const isLast =
    isClosing || turn.calls.length === 0 || turn.calls.some(({ kind }) => kind === "attemptCompletion");
  const path = /at ([\d./]*)$/.exec(queryOf(run))?.[1] ?? "";
  return {
    ...(turn.text || turn.calls.length === 0 ? { text: canary(isLast ? "FIN" : "ANS", run.id) } : {}),
    calls: turn.calls.map((call, at) => {
      if (call.kind === "todo") return { tool: "todo", args: { newTodos: [call.title] } };
      if (call.kind !== "delegate") return { tool: call.kind };
      const child = delegateRunId(run.id, toolCallId(run.step, at));
      return { tool: "helper", args: { query: `${canary("QRY", child)} at ${path}/${index}.${at}` } };
    }),
  };
};

export type GenerateEffect = Extract<PendingEffect, { type: "generate" }>;

export type World = {
  readonly tree: TreeRun;
  /** What an answer costs; a little without it. */
  readonly usage?: (asked: { readonly effect: GenerateEffect; readonly run: Run }) => Usage;
  readonly contextWindow?: number;
  /** What an answer that is held against a schema comes to. */
  readonly verdict?: () => Extract<JobEvent, { type: "answerChecked" }>["verdict"];
  /** How long every result of a tool is. */
  readonly resultBytes?: number;
};

/** What comes of an effect. Everything is a function of the Run and what it has said so far. */
export const settled = (
  world: World,
  { effect, run }: { readonly effect: PendingEffect; readonly run: Run | undefined },
): JobEvent => {
  const { runId } = effect;
  switch (effect.type) {
    case "openRun":
      return openedRun(world, effect);
    case "reopenRun":
      return { type: "runResumed", runId, system: systemOf(runId), tools: treeTools(runId) };
    case "generate":
      if (run === undefined) throw new Error(`${runId} asks and is not there.`);
      return answered(world, { effect, run });
    case "callTool": {
      const text = canary("RES", runId).padEnd(world.resultBytes ?? 0, ".");
      const contents = [{ type: "text", text } as const];
      const isError = false;
      return {
        type: "toolCallFinished",
        runId,
        toolCallId: effect.call.id,
        contents,
        isError,
        durationMs: 1,
      };
    }
    case "reduceContext": {
      const results = effect.results.map(({ id }) => ({
        toolCallId: id,
        blob: { type: "blob", sha256: `of ${runId} ${id}`, mediaType: "text/plain", size: 9 } as const,
      }));
      return { type: "contextReduced", runId, step: run?.step ?? 0, results };
    }
    case "checkAnswer":
      return { type: "answerChecked", runId, verdict: world.verdict?.() ?? { type: "valid", value: {} } };
    case "closeRun":
      return { type: "runFinished", runId, outcome: effect.outcome };
    default:
      return effect satisfies never;
  }
};

const systemOf = (runId: string): string => canary("SYS", runId);

const openedRun = (world: World, effect: Extract<PendingEffect, { type: "openRun" }>): JobEvent => {
  const { runId, expert, query, parent } = effect;
  if (scriptOf(world.tree, query).end === "unopened" && runId !== rootRunId) {
    return { type: "runFinished", runId, outcome: { type: "failed", error: unauthorized } };
  }
  return {
    type: "runStarted",
    runId,
    expert,
    system: systemOf(runId),
    tools: treeTools(runId),
    input: [{ type: "text", text: query }],
    ...(parent === undefined ? {} : { parent }),
  };
};

const answered = (
  { tree, usage, contextWindow }: World,
  asked: { readonly effect: GenerateEffect; readonly run: Run },
): JobEvent => {
  const { effect, run } = asked;
  const attempt = run.phase.type === "generating" ? run.phase.failures.length : 0;
  const event = generationOf(answerOf(tree, run, attempt), run.step, run.id);
  const { alternative } = effect;
  const by = alternative === 0 ? {} : { alternative };
  return event.type === "generationFinished"
    ? {
        ...event,
        ...by,
        usage: usage?.(asked) ?? tokens(10, 5),
        ...(contextWindow === undefined ? {} : { contextWindow }),
      }
    : { ...event, ...by };
};
