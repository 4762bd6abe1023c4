import type { JobEvent } from "../job/event.ts";
import { type JobState, rootRunId } from "../job/state.ts";
import type { RuntimeEventBody } from "./event.ts";

/**
 * What an event of ours says of the runtime around the Runs, if anything.
 *
 * @param state after the event
 */
export const runtimeEventBody = (
  event: JobEvent,
  { started }: JobState,
): { readonly runId: string; readonly body: RuntimeEventBody } | undefined => {
  switch (event.type) {
    case "jobStarted":
    case "jobResumed":
      return started === undefined ? undefined : { runId: rootRunId, body: initializeRuntime(started) };
    case "skillStarting": {
      const { runId, skill, command, args } = event;
      return { runId, body: { type: "skillStarting", skillName: skill, command, args } };
    }
    case "skillConnected":
      return { runId: event.runId, body: skillConnected(event) };
    case "skillStderr":
      return {
        runId: event.runId,
        body: { type: "skillStderr", skillName: event.skill, message: event.text },
      };
    case "skillDisconnected":
      return { runId: event.runId, body: { type: "skillDisconnected", skillName: event.skill } };
    case "proxyAccess":
      return { runId: event.runId, body: proxyAccess(event) };
    default:
      return undefined;
  }
};

const proxyAccess = (event: Extract<JobEvent, { type: "proxyAccess" }>): RuntimeEventBody => ({
  type: "proxyAccess",
  action: event.verdict === "allowed" ? "allowed" : "blocked",
  domain: event.host,
  port: event.port,
  ...(event.reason === undefined ? {} : { reason: event.reason }),
});

const initializeRuntime = (event: Extract<JobEvent, { type: "jobStarted" }>): RuntimeEventBody => {
  const { runtimeVersion, coordinator, experts, limits, query } = event;
  return {
    type: "initializeRuntime",
    runtimeVersion,
    runtime: "local",
    expertName: experts.find((expert) => expert.key === coordinator)?.name ?? coordinator,
    experts: experts.map((expert) => expert.key),
    model: event.model.model,
    ...(limits.maxSteps === undefined ? {} : { maxSteps: limits.maxSteps }),
    maxRetries: limits.maxRetries,
    timeout: limits.stepTimeoutMs,
    query,
  };
};

const skillConnected = (event: Extract<JobEvent, { type: "skillConnected" }>): RuntimeEventBody => {
  const { skill, server, spawnMs, handshakeMs, discoveryMs } = event;
  return {
    type: "skillConnected",
    skillName: skill,
    serverInfo: server,
    connectDurationMs: spawnMs + handshakeMs,
    totalDurationMs: spawnMs + handshakeMs + discoveryMs,
    spawnDurationMs: spawnMs,
    handshakeDurationMs: handshakeMs,
    toolDiscoveryDurationMs: discoveryMs,
  };
};
