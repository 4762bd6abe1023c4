import type { JobEvent } from "../job/event.ts";
import { isolates } from "../job/sandbox-tier.ts";

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
      | "outputPlanned"
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
  if (isolates(tier)) return `sandbox: ${tier}, network ${network}`;
  const missing = lacking.map((one) => (one.tier === "none" ? one.reason : `${one.tier}: ${one.reason}`));
  const why = missing.length === 0 ? "" : ` (${missing.join("; ")})`;
  return `warning: nothing isolates what skills run${why}: they see the machine's files and can reach any host`;
};

/** A connection that moved something was reached, however it ended. */
const describeAccess = (event: Extract<SkillEvent, { type: "proxyAccess" }>): string => {
  const { skill, verdict, host, port, reason, bytesDown } = event;
  const [why, address] = [reason === undefined ? "" : `: ${reason}`, `${host}:${port}`];
  if (verdict === "refused") return `skill ${skill} was refused ${address}${why}`;
  return bytesDown > 0 || reason === undefined
    ? `skill ${skill} reached ${address}`
    : `skill ${skill} could not reach ${address}${why}`;
};

/** What a skill does or says, in one line. */
export const describeSkill = (event: SkillEvent): string => {
  switch (event.type) {
    case "sandboxOpened":
      return describeSandbox(event);
    case "proxyAccess":
      return describeAccess(event);
    case "skillStarting":
      return `starting ${event.skill}: ${[event.command, ...event.args].join(" ")}`;
    case "skillConnected":
      return `connected ${event.skill}: ${event.server.name} ${event.server.version}`;
    case "toolsChanged":
      return `${event.skill} offers ${event.tools.length} tools now`;
    case "outputPlanned":
      return `planned: ${String(event.output.kind)}`;
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
