import type { McpSseSkill, McpStdioSkill } from "../../definition/skill.ts";
import { packageOf, processSkills, remoteSkills } from "../../definition/skill-package.ts";
import type { SkillEvent, SkillsRequest } from "../../run/ports.ts";
import type { OpenedTree } from "../../run/workspace-ports.ts";
import type { Allowed, Confine } from "./confine.ts";
import type { SkillServer } from "./mcp/connection.ts";
import { lockedOffer } from "./mcp/locked-offer.ts";
import { type McpSkill, mcpSkill } from "./mcp/mcp-skill.ts";
import { liveOffer } from "./mcp/offer.ts";
import type { LockedPackages } from "./mcp/package-store.ts";
import { workspaceVariable } from "./mcp/skill-environment.ts";
import { stdioServer } from "./mcp/stdio-server.ts";
import type { AddressPolicy } from "./remote/address-policy.ts";
import type { RemoteServerOptions } from "./remote/remote-server.ts";
import type { RunPlace } from "./run-place.ts";
import type { ToolNames } from "./tool-names.ts";

/** Milliseconds a skill has to start, unless a step has less. */
const longestStartMs = 60_000;

export type McpPartsOptions = {
  readonly checkout: string;
  readonly cacheDirectory: string;
  readonly packages?: LockedPackages;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly trust: "trusted" | "untrusted";
  readonly stepTimeoutMs: number;
  readonly addressPolicy: AddressPolicy;
  readonly confine: Confine;
};

/**
 * A skill with when it starts: `now`, before the Run; `beside` it, with its tools to come; or at its first `call`, its
 * tools being locked.
 */
export type McpPart = { readonly skill: McpSkill; readonly starts: "now" | "beside" | "call" };

/**
 * The MCP skills of a Run by key in code-unit order. Nothing is started; what can be refused without is refused.
 *
 * @throws ExpertStackError SKILL_ENV_MISSING, SKILL_REFUSED
 */
export const mcpParts = (
  options: McpPartsOptions,
  run: { readonly request: SkillsRequest; readonly place: RunPlace; readonly names: ToolNames },
): readonly McpPart[] => {
  const { skills } = run.request.expert;
  return [...processSkills(skills), ...remoteSkills(skills)]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((named) => partOf(options, run, named));
};

type NamedSkill = { readonly name: string; readonly skill: McpStdioSkill | McpSseSkill };

const partOf = (
  options: McpPartsOptions,
  run: { readonly request: SkillsRequest; readonly place: RunPlace; readonly names: ToolNames },
  named: NamedSkill,
): McpPart => {
  const { name, skill } = named;
  const { request, names } = run;
  const { runId, emit } = request;
  const warn = warnOnce(name, emit);
  const announce = (tools: Extract<SkillEvent, { type: "toolsChanged" }>["tools"]): void =>
    emit({ type: "toolsChanged", runId, skill: name, tools });
  const { pick, omit } = skill;
  const locked = request.locked?.get(name);
  const offer =
    locked === undefined
      ? liveOffer({ name, pick, omit, names, warn, announce })
      : lockedOffer(locked, { name, pick, omit, warn });
  const lazy = skill.type === "mcpStdioSkill" && skill.lazyInit;
  return {
    skill: mcpSkill({
      runId,
      name,
      offer,
      emit,
      server: serverOf(options, run, named),
      stepTimeoutMs: options.stepTimeoutMs,
    }),
    starts: locked !== undefined ? "call" : lazy ? "beside" : "now",
  };
};

const serverOf = (
  options: McpPartsOptions,
  { request, place }: { readonly request: SkillsRequest; readonly place: RunPlace },
  { name, skill }: NamedSkill,
): SkillServer => {
  const { runId, emit } = request;
  const startTimeoutMs = Math.min(longestStartMs, options.stepTimeoutMs);
  if (skill.type === "mcpSseSkill") {
    const { addressPolicy } = options;
    return remoteServer({ runId, name, skill, addressPolicy, startTimeoutMs, emit });
  }
  const environment = {
    ...options.environment,
    PATH: place.searchPath,
    [workspaceVariable]: place.workspace,
  };
  const confined = options.confine(name);
  const tree = packageOf(skill) === undefined ? place.tree : undefined;
  if (tree !== undefined) emit({ type: "note", level: "info", text: fromTree(name, tree) });
  const readableToo = tree === undefined ? [] : [tree.root];
  return stdioServer({
    ...options,
    workspace: options.checkout,
    environment,
    cwd: tree?.folder ?? place.cwd,
    startsIn: tree === undefined ? "elsewhere" : "tree",
    runId,
    name,
    skill,
    startTimeoutMs,
    starterFor: (readable) =>
      confined.start({ readable: [...readable, ...readableToo], ...allowedOf(skill) }),
    startInstall: confined.install,
    held: confined.held,
    emit,
  });
};

const allowedOf = ({
  allowedDomains = [],
  workspace = "write",
}: McpStdioSkill): Omit<Allowed, "readable"> => ({
  hosts: allowedDomains,
  access: workspace,
});

const fromTree = (name: string, { commit }: OpenedTree): string =>
  `The skill "${name}" starts in a tree of the trusted commit ${commit.slice(0, 12)}; the workspace is in ${workspaceVariable}.`;

/** Its code is loaded by its start: with a lockfile, after the first request to a model. */
const remoteServer = (options: RemoteServerOptions): SkillServer => ({
  async start(onTools, signal) {
    const remote = await import("./remote/remote-server.ts");
    return await remote.remoteServer(options).start(onTools, signal);
  },
  lastWords: () => "",
});

/** A server that lists its tools again and again is not told the same each time. */
const warnOnce = (name: string, emit: SkillsRequest["emit"]): ((text: string) => void) => {
  const said = new Set<string>();
  return (text) => {
    if (said.has(text)) return;
    said.add(text);
    emit({ type: "note", level: "warning", text: `The skill "${name}" ${text}` });
  };
};
