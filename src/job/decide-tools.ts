import { controlAnswer, isControlCall } from "./control-tools.ts";
import { delegateAnswer, delegateQuery, delegateRunId } from "./delegation.ts";
import type { Effect } from "./effect.ts";
import type { ToolCallPart } from "./message.ts";
import type { JobState, Phase, Run } from "./state.ts";
import type { ToolDefinition } from "./tool.ts";

type CallingTools = Extract<Phase, { readonly type: "callingTools" }>;

/** Calls of one answer that are looked at; a model that makes more is told to make fewer at a time. */
const maxCalls = 256;

/** Calls of one answer under way, of tools and of delegates; the others follow, in order, as these settle. */
const maxCallsAtOnce = 16;

type Pending = {
  /** Answered from the job's own state, one at a time. */
  readonly control: readonly ToolCallPart[];
  /** Nobody knows what became of them. */
  readonly unknown: readonly ToolCallPart[];
  /** What the model made up, or wrote wrong. */
  readonly refused: readonly ToolCallPart[];
  readonly skills: readonly ToolCallPart[];
  readonly delegates: readonly ToolCallPart[];
  readonly people: readonly ToolCallPart[];
};

/** The next effects of a Run whose answer called tools. With nothing left but questions to a person, it ends. */
export const decideTools = (state: JobState, run: Run, phase: CallingTools): readonly Effect[] => {
  const pending = pendingCalls(phase);
  const { control, unknown, refused, skills, delegates, people } = pending;
  // Known before the Run's skills are up again, and told before anything else follows.
  if (unknown.length > 0) return unknown.map((call) => recordResult(run, call, unknownOutcome(call)));
  if (run.skills === "closed") return [];
  const others = [...refused, ...skills, ...delegates, ...people];
  const next = nextControlCall(control, others);
  const effects: readonly Effect[] = [
    ...(next === undefined ? [] : [recordResult(run, next, controlAnswer(next, run.todos))]),
    ...refused.map((call) => recordResult(run, call, refusal(phase, call))),
    ...callsUnderWay(pending).map(
      (call): Effect => ({ type: "callTool", id: `tool:${run.id}:${call.id}`, runId: run.id, call }),
    ),
    ...delegates.slice(0, maxCallsAtOnce).flatMap((call) => decideDelegate(state, { ...run, phase }, call)),
  ];
  const isAsking = people.length > 0 && others.length === people.length && next === undefined;
  return isAsking
    ? [{ type: "closeRun", id: `close:${run.id}`, runId: run.id, outcome: { type: "needsInput" } }]
    : effects;
};

/** The calls that have no result yet, by who answers them. A phase never changes, so each is looked at once. */
export const pendingCalls = (phase: CallingTools): Pending => {
  const pending = known.get(phase) ?? sortedCalls(phase);
  known.set(phase, pending);
  return pending;
};

const known = new WeakMap<CallingTools, Pending>();

const sortedCalls = ({ calls, results, tools, ...phase }: CallingTools): Pending => {
  const settled = new Set(results.map((result) => result.id));
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const control: ToolCallPart[] = [];
  const unknown: ToolCallPart[] = [];
  const refused: ToolCallPart[] = [];
  const skills: ToolCallPart[] = [];
  const delegates: ToolCallPart[] = [];
  const people: ToolCallPart[] = [];
  for (const [index, call] of calls.entries()) {
    if (settled.has(call.id)) continue;
    const tool = byName.get(call.tool);
    if (phase.unknown.includes(call.id)) unknown.push(call);
    else if (index >= maxCalls) refused.push(call);
    else if (isControlCall(tools, call)) control.push(call);
    else if (tool === undefined || call.malformed !== undefined) refused.push(call);
    else if (tool.answeredBy === "delegate") delegates.push(call);
    else if (tool.answeredBy === "person") (lacking(tool, call) === undefined ? people : refused).push(call);
    else skills.push(call);
  }
  return { control, unknown, refused, skills, delegates, people };
};

/** The calls of skills that are being made at this moment, or were when the job was cut off. */
export const callsUnderWay = ({ skills }: Pick<Pending, "skills">): readonly ToolCallPart[] =>
  skills.slice(0, maxCallsAtOnce);

/** Control calls are answered one at a time, in order; completion waits until every other call has its result. */
const nextControlCall = (
  control: readonly ToolCallPart[],
  others: readonly ToolCallPart[],
): ToolCallPart | undefined => {
  const todo = control.find((call) => call.tool !== "attemptCompletion");
  if (todo !== undefined) return todo;
  return others.length === 0 ? control[0] : undefined;
};

const decideDelegate = (
  state: JobState,
  run: Run & { readonly phase: CallingTools },
  call: ToolCallPart,
): readonly Effect[] => {
  const runId = delegateRunId(run.id, call.id);
  const outcome = state.outcomes.get(runId);
  if (outcome !== undefined) return [recordResult(run, call, delegateAnswer(outcome))];
  if (state.runs.has(runId)) return [];
  const asked = delegateQuery(call);
  if (asked.type === "refused") return [recordResult(run, call, refuse("InvalidArguments", asked.why))];
  const expert = run.phase.tools.find((tool) => tool.name === call.tool)?.skill;
  if (expert === undefined) return [];
  const parent = { runId: run.id, toolCallId: call.id };
  return [{ type: "openRun", id: `open:${runId}`, runId, expert, query: asked.query, parent }];
};

type Answer = { readonly text: string; readonly isError: boolean };

const refusal = ({ calls, tools }: CallingTools, call: ToolCallPart): Answer => {
  if (calls.indexOf(call) >= maxCalls) {
    return refuse("TooManyCalls", `At most ${maxCalls} calls of one answer are made.`);
  }
  if (call.malformed !== undefined) return refuse("InvalidArguments", "The arguments are not a JSON object.");
  const tool = tools.find(({ name }) => name === call.tool);
  const missing = tool === undefined ? undefined : lacking(tool, call);
  if (missing !== undefined) return refuse("InvalidArguments", `The arguments must have "${missing}".`);
  const names = tools.map((tool) => tool.name).join(", ");
  return refuse("UnknownTool", `There is no tool "${call.tool}". Tools: ${names}.`);
};

/** A person is not asked half a question. More of the schema than its required arguments is not looked at here. */
const lacking = ({ inputSchema }: ToolDefinition, { args }: ToolCallPart): string | undefined => {
  const { required } = inputSchema;
  const names = Array.isArray(required) ? required.filter((name) => typeof name === "string") : [];
  return names.find((name) => !Object.hasOwn(args, name));
};

const unknownOutcome = ({ tool }: ToolCallPart): Answer =>
  refuse(
    "OutcomeUnknown",
    `The job was cut off while ${tool} was under way. It may have done all of its work, a part of it or nothing: look before you call it again.`,
  );

const refuse = (error: string, message: string): Answer => ({
  text: JSON.stringify({ error, message }),
  isError: true,
});

const recordResult = (run: Run, call: ToolCallPart, { text, isError }: Answer): Effect => ({
  type: "record",
  id: `record:${run.id}:${call.id}`,
  event: {
    type: "toolCallFinished",
    runId: run.id,
    toolCallId: call.id,
    contents: [{ type: "text", text }],
    isError,
    durationMs: 0,
  },
});
