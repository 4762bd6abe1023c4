import { pendingCalls } from "../job/decide-tools.ts";
import { delegateQuery, delegateRunId } from "../job/delegation.ts";
import type { Message, ToolCallPart } from "../job/message.ts";
import { type JobState, type Run, toolsAtHand } from "../job/state.ts";
import { perstackCallId } from "./call-id.ts";
import { type PerstackExpert, perstackExpert } from "./expert.ts";

/** A delegate whose answer a Run waits for. */
export type DelegationTarget = {
  readonly expert: PerstackExpert;
  readonly toolCallId: string;
  readonly toolName: string;
  readonly query: string;
};

/** Who called a delegate, and where. */
export type DelegatedBy = {
  readonly expert: PerstackExpert;
  readonly toolCallId: string;
  readonly toolName: string;
  readonly checkpointId: string;
  readonly runId: string;
};

/** The calls of a Run's answer that Perstack has events of its own for. One that is refused goes with the tools. */
export const answeredElsewhere = (
  run: Run,
): { readonly delegates: readonly ToolCallPart[]; readonly questions: readonly ToolCallPart[] } => {
  if (run.phase.type !== "callingTools") return { delegates: [], questions: [] };
  const { delegates, people } = pendingCalls({ ...run.phase, results: [] });
  return {
    delegates: delegates.filter((call) => delegateQuery(call).type === "query"),
    questions: people,
  };
};

/** Whether delegates are called and no tool is running any more, so that the Run has nothing to do but wait. */
export const isDelegating = (run: Run): boolean => {
  if (run.phase.type !== "callingTools") return false;
  const { skills, delegates } = pendingCalls(run.phase);
  return skills.length === 0 && delegates.length > 0;
};

/** The delegates that a Run waits for; none as long as it has anything else to do, itself or for the model. */
export const waitingFor = (state: JobState, run: Run): readonly DelegationTarget[] => {
  if (state.stop !== undefined || state.outcomes.has(run.id) || run.phase.type !== "callingTools") return [];
  const { control, refused, skills, delegates } = pendingCalls(run.phase);
  const isBusy =
    refused.length + skills.length > 0 || control.some((call) => call.tool !== "attemptCompletion");
  if (isBusy) return [];
  const targets = delegates.flatMap((call) => target(state, run, call));
  return targets.length === delegates.length ? targets : [];
};

const target = (state: JobState, run: Run, call: ToolCallPart): readonly DelegationTarget[] => {
  const asked = delegateQuery(call);
  if (asked.type === "refused" || state.outcomes.has(delegateRunId(run.id, call.id))) return [];
  return [
    {
      expert: perstackExpert(state, delegateKey(run, call)),
      toolCallId: perstackCallId(run.id, call.id),
      toolName: call.tool,
      query: asked.query,
    },
  ];
};

const delegateKey = (run: Run, call: ToolCallPart): string =>
  toolsAtHand(run).find((tool) => tool.name === call.tool)?.skill ?? call.tool;

/** What a delegate's checkpoint says of the Run that called it. */
export const delegatedBy = (state: JobState, run: Run): { readonly delegatedBy?: DelegatedBy } => {
  const parent = run.parent === undefined ? undefined : state.runs.get(run.parent.runId);
  const call = parent === undefined ? undefined : callOf(parent, run.parent?.toolCallId);
  if (run.parent === undefined || parent === undefined || call === undefined) return {};
  return { delegatedBy: caller(state, { parent, call, checkpointId: run.parent.checkpointId }) };
};

/** From the end: whoever waits for its delegate has called it last. */
const callOf = (run: Run, id: string | undefined): ToolCallPart | undefined => {
  const answer = run.messages.findLast((message) => callsIn(message).some((call) => call.id === id));
  return answer === undefined ? undefined : callsIn(answer).find((call) => call.id === id);
};

const callsIn = ({ role, parts }: Message): readonly ToolCallPart[] =>
  role === "expert" ? parts.filter((part) => part.type === "toolCall") : [];

const caller = (
  state: JobState,
  by: { readonly parent: Run; readonly call: ToolCallPart; readonly checkpointId: string },
): DelegatedBy => ({
  expert: perstackExpert(state, by.parent.expert),
  toolCallId: perstackCallId(by.parent.id, by.call.id),
  toolName: by.call.tool,
  checkpointId: by.checkpointId,
  runId: by.parent.id,
});

/** The call that a delegate's Run stands for, while there is no such Run yet. */
export type Origin = {
  readonly expert: string;
  readonly query: string;
  readonly stepNumber: number;
  readonly delegatedBy: DelegatedBy;
};

/** Where a delegate that did not start was called; nothing for the Coordinator. */
export const originOf = (state: JobState, runId: string): Origin | undefined => {
  for (const parent of state.runs.values()) {
    const calls = parent.phase.type === "callingTools" ? parent.phase.calls : [];
    const call = calls.find(({ id }) => delegateRunId(parent.id, id) === runId);
    const asked = call === undefined ? undefined : delegateQuery(call);
    if (call !== undefined && asked?.type === "query") {
      return {
        expert: delegateKey(parent, call),
        query: asked.query,
        stepNumber: parent.step + 1,
        delegatedBy: caller(state, { parent, call, checkpointId: parent.checkpoint.id }),
      };
    }
  }
  return undefined;
};
