import type { JobEvent } from "../job/event.ts";

type SkillEvent = Extract<
  JobEvent,
  {
    type:
      | "sandboxOpened"
      | "proxyAccess"
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

const describeSandbox = ({
  tier,
  network,
  lacking,
}: Extract<SkillEvent, { type: "sandboxOpened" }>): string => {
  if (tier !== "none") return `sandbox: ${tier}, network ${network}`;
  return `no sandbox: ${lacking.map(({ reason }) => reason).join("; ")}`;
};

/** What a skill does or says, in one line. */
export const describeSkill = (event: SkillEvent): string => {
  switch (event.type) {
    case "sandboxOpened":
      return describeSandbox(event);
    case "proxyAccess":
      return `${event.skill} ${event.verdict === "allowed" ? "reached" : "was refused"} ${event.host}:${event.port}${event.reason === undefined ? "" : `: ${event.reason}`}`;
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
