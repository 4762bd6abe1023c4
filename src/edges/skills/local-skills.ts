import { delimiter } from "node:path";
import type { McpStdioSkill } from "../../definition/skill.ts";
import { isBaseSkill, processSkills } from "../../definition/skill-package.ts";
import { ExpertStackError } from "../../errors.ts";
import { controlTools } from "../../job/control-tools.ts";
import { baseSkill, type ToolDefinition } from "../../job/tool.ts";
import type { OpenSkills, Skills, SkillsRequest, ToolOutcome } from "../../run/ports.ts";
import { baseTools } from "./base/base-tools.ts";
import { openBaseSkill } from "./base/open-base-skill.ts";
import { emptyFolder, refuseForeignCode } from "./foreign-workspace.ts";
import { skillEnvironment } from "./mcp/skill-environment.ts";
import type { StdioSkill } from "./mcp/stdio-skill.ts";
import { pathOutside } from "./program-outside.ts";
import { selectTools } from "./tool-selection.ts";

export type LocalSkillsOptions = {
  readonly workspace: string;
  /** Absolute folders that the base skill's tools never see. */
  readonly hidden: readonly string[];
  /** Where packages of skills are installed; outside the workspace. */
  readonly cacheDirectory: string;
  /** The host's environment, from which each process gets its own short list. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Untrusted: no `exec` and no skill process, as long as no sandbox isolates them. */
  readonly trust: "trusted" | "untrusted";
  /** `refused` when the workspace is not the commit whose definitions run. */
  readonly localCommands: "allowed" | "refused";
  readonly stepTimeoutMs: number;
};

/** One source of tools of a Run. */
type Part = Pick<StdioSkill, "tools" | "call"> & AsyncDisposable;

/** The base skill in this process, and each stdio skill as a process of its own. */
export const localSkills = (options: LocalSkillsOptions): Skills => ({
  async open(request, signal) {
    const stdio = processSkills(request.expert.skills);
    if (options.trust === "untrusted") refuseProcesses(stdio);
    warnOfOpenNetwork(request);
    const { base, tools } = openBase(options, request);
    const parts: Part[] = [base];
    let place: Place | undefined;
    const dispose = async (): Promise<void> => {
      await disposeAll(parts);
      await place?.[Symbol.asyncDispose]();
    };
    try {
      place = await placeOf(options, stdio);
      parts.push(...(await openAll(options, { request, stdio, place, signal })));
      return joined(parts, { own: tools, dispose });
    } catch (error) {
      await dispose();
      throw error;
    }
  },
});

/** The base skill as the Expert's own entry for it wants it; without one, all of it. */
const openBase = (
  options: LocalSkillsOptions,
  { expert, emit }: SkillsRequest,
): { readonly base: Part; readonly tools: readonly ToolDefinition[] } => {
  const own = Object.values(expert.skills).find(
    (skill): skill is McpStdioSkill => skill.type === "mcpStdioSkill" && isBaseSkill(skill),
  );
  const { requiredEnv = [], pick = [], omit = [] } = own ?? {};
  const base = openBaseSkill({
    ...options,
    environment: skillEnvironment(options.environment, { name: baseSkill, requiredEnv }),
    exec: options.trust === "trusted" ? "allowed" : "withheld",
  });
  const warn = (text: string): void =>
    emit({ type: "note", level: "warning", text: `The skill "${baseSkill}" ${text}` });
  const selected = new Set(selectTools([...controlTools, ...baseTools], { pick, omit }, warn));
  return { base, tools: [...controlTools, ...base.tools].filter((tool) => selected.has(tool)) };
};

/** A list of hosts reads like a promise, and nothing keeps it yet. */
const warnOfOpenNetwork = ({ expert, emit }: SkillsRequest): void => {
  for (const [name, skill] of Object.entries(expert.skills)) {
    if (!("allowedDomains" in skill)) continue;
    const text = `The skill "${name}" lists \`allowedDomains\`, which has no effect yet: its network is open.`;
    emit({ type: "note", level: "warning", text });
  }
};

type NamedSkill = { readonly name: string; readonly skill: McpStdioSkill };

const refuseProcesses = (skills: readonly NamedSkill[]): void => {
  const [first] = skills;
  if (first === undefined) return;
  throw new ExpertStackError({
    code: "SKILL_REFUSED",
    message: `The skill "${first.name}" runs a process, and this trigger is untrusted: someone without write access wrote part of what the Expert reads.`,
    remedy:
      "Processes are refused here until a sandbox can isolate them. Use an Expert with the base skill only.",
  });
};

/** Where the processes of skills start, and with which PATH. */
type Place = AsyncDisposable & { readonly path: string; readonly searchPath: string | undefined };

/** @throws ExpertStackError SKILL_REFUSED for a skill that could run code of a workspace that is not trusted */
const placeOf = async (
  { workspace, cacheDirectory, environment, localCommands }: LocalSkillsOptions,
  stdio: readonly NamedSkill[],
): Promise<Place> => {
  if (localCommands === "allowed" || stdio.length === 0) {
    return { path: workspace, searchPath: environment.PATH, async [Symbol.asyncDispose]() {} };
  }
  for (const named of stdio) await refuseForeignCode(workspace, named);
  const searchPath = pathOutside(environment.PATH ?? "", workspace).join(delimiter);
  return { ...(await emptyFolder(cacheDirectory)), searchPath };
};

/** Starts them side by side; when one fails, those that came up are ended. */
const openAll = async (
  options: LocalSkillsOptions,
  start: {
    readonly request: SkillsRequest;
    readonly stdio: readonly NamedSkill[];
    readonly place: Place;
    readonly signal: AbortSignal;
  },
): Promise<readonly StdioSkill[]> => {
  const { request, stdio, place, signal } = start;
  if (stdio.length === 0) return [];
  const { openStdioSkill } = await import("./mcp/stdio-skill.ts");
  const environment = { ...options.environment, PATH: place.searchPath };
  const { runId, emit } = request;
  const opening = stdio.map(({ name, skill }) =>
    openStdioSkill({ ...options, environment, cwd: place.path, runId, name, skill, emit, signal }),
  );
  const settled = await Promise.allSettled(opening);
  const failed = settled.find((result) => result.status === "rejected");
  const up = settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  if (failed === undefined) return up;
  await disposeAll(up);
  throw failed.reason;
};

const disposeAll = async (parts: readonly AsyncDisposable[]): Promise<void> => {
  await Promise.all(parts.map((part) => part[Symbol.asyncDispose]()));
};

const joined = (
  parts: readonly Part[],
  { own, dispose }: { readonly own: readonly ToolDefinition[]; readonly dispose: () => Promise<void> },
): OpenSkills => {
  const tools = [...own, ...parts.slice(1).flatMap((part) => part.tools)];
  refuseCollisions(tools);
  const owners = new Map(parts.flatMap((part) => part.tools.map((tool) => [tool.name, part] as const)));
  return {
    tools,
    call: async (call, signal): Promise<ToolOutcome> =>
      (await owners.get(call.tool)?.call(call, signal)) ?? {
        contents: [{ type: "text", text: `No skill offers "${call.tool}".` }],
        isError: true,
      },
    [Symbol.asyncDispose]: dispose,
  };
};

const refuseCollisions = (tools: readonly ToolDefinition[]): void => {
  const owners = new Map<string, string>();
  for (const { name, skill } of tools) {
    const other = owners.get(name);
    if (other !== undefined) {
      throw new ExpertStackError({
        code: "TOOL_NAME_COLLISION",
        message: `The skills "${other}" and "${skill}" both have a tool named "${name}".`,
        remedy: `Take it out of one of them: \`omit = ["${name}"]\` under \`[experts.<name>.skills."${skill}"]\`.`,
      });
    }
    owners.set(name, skill);
  }
};
