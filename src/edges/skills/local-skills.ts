import { processSkills, remoteSkills } from "../../definition/skill-package.ts";
import { isolates } from "../../job/sandbox-tier.ts";
import { baseSkill } from "../../job/tool.ts";
import type { InProcessSkill, OpenSkills, Skills, SkillsRequest } from "../../run/ports.ts";
import type { OpenedSandbox } from "../../run/sandbox-ports.ts";
import type { TrustedTree } from "../../run/workspace-ports.ts";
import { openBasePart } from "./base-part.ts";
import { type Confine, confining } from "./confine.ts";
import { withInProcess } from "./in-process.ts";
import type { LockedPackages } from "./mcp/package-store.ts";
import type { McpPart } from "./mcp-parts.ts";
import { type AddressPolicy, publicAddresses } from "./remote/address-policy.ts";
import { type RunPlace, runPlace } from "./run-place.ts";
import { refuseUntrusted } from "./skill-refusals.ts";
import type { Starter } from "./starter.ts";
import { type ToolNames, toolNames } from "./tool-names.ts";

export type LocalSkillsOptions = {
  readonly workspace: string;
  /** The repository's folder, which the workspace is or lies in: no program is looked up in it. */
  readonly checkout: string;
  /** Absolute folders that the base skill's tools never see. */
  readonly hidden: readonly string[];
  /** Where packages of skills are installed; outside the workspace. */
  readonly cacheDirectory: string;
  /** What packages consist of, as a lock has it. */
  readonly packages?: LockedPackages;
  /** The host's environment, from which each process gets its own short list. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Untrusted: no `exec` and no process of a skill unless a sandbox isolates them, and no remote skill. */
  readonly trust: "trusted" | "untrusted";
  /** Hosts that remote skills may be at on an untrusted trigger. */
  readonly allowHosts: readonly string[];
  /** Where the workspace is not the commit whose definitions run, a tree of that commit. */
  readonly localCommands: "allowed" | TrustedTree;
  readonly stepTimeoutMs: number;
  /** Opened when the first process needs it; the same each time. */
  readonly sandbox: () => Promise<OpenedSandbox>;
  /** Those that a Run gets and that this process answers itself. */
  readonly inProcess?: (request: SkillsRequest) => readonly InProcessSkill[];
  /** Which hosts remote skills may be at. Only tests, whose servers are on this machine, give another one. */
  readonly addressPolicy?: AddressPolicy;
};

/** The base skill in this process, each stdio skill as a process of its own, and remote ones over HTTP. */
export const localSkills = (options: LocalSkillsOptions): Skills => ({
  async open(request, signal) {
    const processes = await processesOf(options);
    if (options.trust === "untrusted") refuseUntrusted(request.expert, { ...options, processes });
    const names = toolNames(request.expert);
    const place = await runPlace(options, request);
    const opened: Opened = { parts: [] };
    const closing = new AbortController();
    const close = async (): Promise<void> => {
      closing.abort();
      const disposables = [...opened.parts.map((part) => part.skill), ...(opened.base ? [opened.base] : [])];
      await Promise.all(disposables.map((one) => one[Symbol.asyncDispose]()));
      await place[Symbol.asyncDispose]();
    };
    let closed: Promise<void> | undefined;
    const dispose = (): Promise<void> => {
      closed ??= close();
      return closed;
    };
    try {
      const confine = confining(options.sandbox, place, request);
      const starterFor = (hosts: readonly string[]): Starter =>
        confine(baseSkill).start({ readable: [], hosts, access: "write" });
      const base = { ...options, workspace: place.workspace, exec: processes, starterFor };
      opened.base = openBasePart(base, request);
      names.claim(baseSkill, opened.base.tools);
      const own = options.inProcess?.(request) ?? [];
      if (own.length > 0) opened.base = withInProcess(opened.base, own, { request, names });
      opened.parts = await openMcpParts({ ...options, confine }, { request, place, names });
      for (const part of opened.parts) {
        if (part.starts === "beside") startBeside(part, request.emit, closing.signal);
      }
      await startNow(opened.parts, { names, signal });
      return joined(opened.base, opened.parts, dispose);
    } catch (error) {
      await dispose();
      throw error;
    }
  },
});

/** On an untrusted trigger, processes are held or there are none: so the sandbox is opened first. */
const processesOf = async ({ trust, sandbox }: LocalSkillsOptions): Promise<"allowed" | "withheld"> =>
  trust === "trusted" || isolates((await sandbox()).sandbox.tier) ? "allowed" : "withheld";

type Opened = { base?: OpenSkills; parts: readonly McpPart[] };

/** Loads what MCP skills need only when there are some. */
const openMcpParts = async (
  options: LocalSkillsOptions & { readonly confine: Confine },
  run: { readonly request: SkillsRequest; readonly place: RunPlace; readonly names: ToolNames },
): Promise<readonly McpPart[]> => {
  const { skills } = run.request.expert;
  if (processSkills(skills).length + remoteSkills(skills).length === 0) return [];
  const { mcpParts } = await import("./mcp-parts.ts");
  return mcpParts({ ...options, addressPolicy: options.addressPolicy ?? publicAddresses }, run);
};

/** Starts side by side those that start before the Run, and gives everyone's tools their names. */
const startNow = async (
  parts: readonly McpPart[],
  { names, signal }: { readonly names: ToolNames; readonly signal: AbortSignal },
): Promise<void> => {
  const starting = parts.filter((part) => part.starts === "now").map(({ skill }) => skill.start(signal));
  const settled = await Promise.allSettled(starting);
  for (const result of settled) if (result.status === "rejected") throw result.reason;
  for (const { skill, starts } of parts) {
    if (starts !== "beside") names.claim(skill.name, skill.offer.take());
  }
};

/** Starts a skill while the Run goes on; without it the Run can do less, which is told. */
const startBeside = ({ skill }: McpPart, emit: SkillsRequest["emit"], closing: AbortSignal): void => {
  skill.start().catch((error: unknown) => {
    if (closing.aborted) return;
    const reason = error instanceof Error ? error.message : String(error);
    const text = `The Run goes on without the tools of the skill "${skill.name}". ${reason}`;
    emit({ type: "note", level: "warning", text });
  });
};

const joined = (base: OpenSkills, parts: readonly McpPart[], dispose: () => Promise<void>): OpenSkills => {
  const known = parts.filter((part) => part.starts !== "beside");
  // Not before the caller has said that the Run is open: a change of its tools can only follow them.
  setImmediate(() => {
    for (const { skill } of parts) skill.offer.opened();
  });
  return {
    tools: [...base.tools, ...known.flatMap(({ skill }) => skill.offer.tools())],
    async call(call, signal) {
      const offers = (tools: OpenSkills["tools"]): boolean => tools.some((tool) => tool.name === call.tool);
      if (offers(base.tools)) return await base.call(call, signal);
      const owner = parts.find(({ skill }) => offers(skill.offer.tools()));
      if (owner !== undefined) return await owner.skill.call(call, signal);
      return { contents: [{ type: "text", text: `No skill offers "${call.tool}".` }], isError: true };
    },
    [Symbol.asyncDispose]: dispose,
  };
};
