import type { JobEvent } from "../job/event.ts";

/** How often a tool was called and what came of it. */
export type CallFacts = {
  readonly skill: string;
  readonly tool: string;
  readonly calls: number;
  readonly errors: number;
  /** Milliseconds of all its finished calls, added up. */
  readonly totalMs: number;
};

type Tally = Pick<CallFacts, "calls" | "errors" | "totalMs">;
type Call = { readonly skill: string; readonly tool: string };

const none: Tally = { calls: 0, errors: 0, totalMs: 0 };

/** A tool no skill of its Run has. */
const unknownSkill = "unknown";

const skillsByTool = (events: readonly JobEvent[]): ReadonlyMap<string, ReadonlyMap<string, string>> =>
  new Map(
    events.flatMap((event) =>
      event.type === "runStarted"
        ? [[event.runId, new Map(event.tools.map((tool) => [tool.name, tool.skill]))] as const]
        : [],
    ),
  );

/** Counts every call a model made, by skill and tool; a call without a result is counted, not timed. */
export const callFacts = (events: readonly JobEvent[]): readonly CallFacts[] => {
  const skills = skillsByTool(events);
  const calls = new Map<string, Call>();
  const tallies = new Map<string, Call & Tally>();
  const add = ({ skill, tool }: Call, more: Tally): void => {
    const id = JSON.stringify([skill, tool]);
    const old = tallies.get(id) ?? none;
    tallies.set(id, {
      skill,
      tool,
      calls: old.calls + more.calls,
      errors: old.errors + more.errors,
      totalMs: old.totalMs + more.totalMs,
    });
  };
  for (const event of events) {
    if (event.type === "generationFinished") {
      for (const part of event.parts.filter((part) => part.type === "toolCall")) {
        const skill = skills.get(event.runId)?.get(part.tool) ?? unknownSkill;
        calls.set(`${event.runId} ${part.id}`, { skill, tool: part.tool });
        add({ skill, tool: part.tool }, { ...none, calls: 1 });
      }
    } else if (event.type === "toolCallFinished") {
      const call = calls.get(`${event.runId} ${event.toolCallId}`);
      if (call !== undefined)
        add(call, { calls: 0, errors: event.isError ? 1 : 0, totalMs: event.durationMs });
    }
  }
  return [...tallies.values()].sort((a, b) => (a.skill < b.skill ? -1 : a.skill > b.skill ? 1 : 0));
};
