import type { JobEvent } from "../job/event.ts";

type SkillEvent = Extract<
  JobEvent,
  {
    type:
      | "skillStarting"
      | "skillConnected"
      | "skillStderr"
      | "skillDisconnected"
      | "toolsChanged"
      | "toolProgress";
  }
>;

const describeProgress = (event: Extract<JobEvent, { type: "toolProgress" }>): string => {
  const total = event.total === undefined ? "" : ` of ${event.total}`;
  return `at ${event.progress}${total}${event.message === undefined ? "" : `: ${event.message}`}`;
};

/** What a skill does or says, in one line. */
export const describeSkill = (event: SkillEvent): string => {
  switch (event.type) {
    case "skillStarting":
      return `starting ${event.skill}: ${[event.command, ...event.args].join(" ")}`;
    case "skillConnected":
      return `connected ${event.skill}: ${event.server.name} ${event.server.version}`;
    case "toolsChanged":
      return `${event.skill} offers ${event.tools.length} tools now`;
    case "toolProgress":
      return `  ${event.toolCallId} ${describeProgress(event)}`;
    case "skillStderr":
      return `${event.skill}: ${event.text}`;
    case "skillDisconnected":
      return `disconnected ${event.skill}: ${event.reason}`;
    default:
      return event satisfies never;
  }
};
