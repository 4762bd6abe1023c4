import { Expert } from "../../../../src/definition/expert.ts";
import { type McpSkill, mcpSkill } from "../../../../src/edges/skills/mcp/mcp-skill.ts";
import { liveOffer } from "../../../../src/edges/skills/mcp/offer.ts";
import type { AddressPolicy } from "../../../../src/edges/skills/remote/address-policy.ts";
import { remoteServer } from "../../../../src/edges/skills/remote/remote-server.ts";
import { toolNames } from "../../../../src/edges/skills/tool-names.ts";
import type { JsonObject } from "../../../../src/job/message.ts";
import type { ToolDefinition } from "../../../../src/job/tool.ts";
import type { SkillEvent, ToolOutcome } from "../../../../src/run/ports.ts";
import { loopback } from "./loopback.ts";

export type RemoteFixture = McpSkill & {
  readonly events: readonly SkillEvent[];
  run(tool: string, args?: JsonObject, signal?: AbortSignal): Promise<ToolOutcome>;
};

export type RemoteFixtureOptions = {
  readonly addressPolicy?: AddressPolicy;
  readonly allowedDomains?: readonly string[];
  readonly stepTimeoutMs?: number;
  readonly startTimeoutMs?: number;
  readonly signal?: AbortSignal;
};

/** Opens the remote skill `far` at an endpoint on this machine. */
export const openRemote = async (
  endpoint: string,
  options: RemoteFixtureOptions = {},
): Promise<RemoteFixture> => {
  const [runId, name, stepTimeoutMs] = ["r0", "far", options.stepTimeoutMs ?? 15_000] as const;
  const events: SkillEvent[] = [];
  const emit = (event: SkillEvent): unknown => events.push(event);
  const { allowedDomains = [] } = options;
  const skill = { type: "mcpSseSkill", endpoint, pick: [], omit: [], allowedDomains } as const;
  const server = remoteServer({
    runId,
    name,
    skill,
    addressPolicy: options.addressPolicy ?? loopback,
    startTimeoutMs: options.startTimeoutMs ?? 10_000,
    emit,
  });
  const warn = (text: string): unknown =>
    emit({ type: "note", level: "warning", text: `The skill "${name}" ${text}` });
  const names = toolNames(Expert.parse({ instruction: "x" }));
  const announce = (tools: readonly ToolDefinition[]): unknown =>
    emit({ type: "toolsChanged", runId, skill: name, tools });
  const offer = liveOffer({ name, pick: [], omit: [], names, warn, announce });
  const far = mcpSkill({ runId, name, server, offer, stepTimeoutMs, emit });
  await far.start(options.signal);
  names.claim(name, offer.take());
  offer.opened();
  return Object.assign(far, {
    events,
    run: (tool: string, args: JsonObject = {}, signal = new AbortController().signal) =>
      far.call({ type: "toolCall", id: "call_1_0", tool, args }, signal),
  });
};
