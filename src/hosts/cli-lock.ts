import { renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Expert } from "../definition/expert.ts";
import { renderFinding } from "../definition/finding.ts";
import type { Skill } from "../definition/skill.ts";
import { folderDefinitions } from "../edges/definitions/folder.ts";
import { localSkills } from "../edges/skills/local-skills.ts";
import { rootRunId } from "../job/state.ts";
import { type LockedExpert, renderLockfile, type ToolDefinition } from "../registry/lockfile.ts";
import { visible } from "../report/visible.ts";
import type { SkillEvent, Skills } from "../run/ports.ts";
import { cacheFolder } from "./cache-folder.ts";
import { lockPath } from "./read-lock.ts";
import { readManifest } from "./read-manifest.ts";
import type { Terminal } from "./terminal.ts";

/** Milliseconds a skill has to start and to list its tools. */
const stepTimeoutMs = 300_000;

/**
 * `expert-stack lock`: asks every skill's server for its tools and writes them beside the manifest, so that a job need
 * not wait for a server before its first request, and a tool that has changed is noticed.
 */
export const lockCommand = async (
  options: { readonly config?: string; readonly workspace?: string },
  terminal: Terminal,
): Promise<number> => {
  const config = options.config ?? "perstack.toml";
  const { manifest, warnings } = await readManifest(folderDefinitions(terminal.cwd), config, {
    expert: "",
    missing: { where: terminal.cwd, remedy: "Create it, or name another with `--config <file>`." },
  });
  for (const warning of warnings) terminal.err(`${renderFinding(warning)}\n`);
  const skills = localSkills({
    workspace: resolve(terminal.cwd, options.workspace ?? "."),
    hidden: [],
    cacheDirectory: cacheFolder(terminal.environment.XDG_CACHE_HOME),
    environment: terminal.environment,
    trust: "trusted",
    localCommands: "allowed",
    stepTimeoutMs,
  });
  const asking = { skills, terminal, signal: terminal.stop };
  const experts: LockedExpert[] = [];
  for (const [key, expert] of manifest.experts) experts.push(await lockedExpert({ key, expert }, asking));
  const file = join(terminal.cwd, lockPath(config));
  writeFileSync(`${file}.tmp`, renderLockfile({ configPath: config, experts }));
  renameSync(`${file}.tmp`, file);
  const tools = experts.reduce((sum, { toolDefinitions }) => sum + toolDefinitions.length, 0);
  terminal.out(`${lockPath(config)}: ${experts.length} Experts, ${tools} tools.\n`);
  return 0;
};

type Asking = { readonly skills: Skills; readonly terminal: Terminal; readonly signal: AbortSignal };

const lockedExpert = async (
  { key, expert }: { readonly key: string; readonly expert: Expert },
  asking: Asking,
): Promise<LockedExpert> => {
  const names = Object.keys(expert.skills).sort();
  const listed = await Promise.all(names.map((name) => toolsOf({ key, expert, name }, asking)));
  return { key, expert, toolDefinitions: listed.flat() };
};

/** Each skill alone and whole: `pick` and `omit` choose later, and may be what keeps two of them apart. */
const toolsOf = async (
  { key, expert, name }: { readonly key: string; readonly expert: Expert; readonly name: string },
  { skills, terminal, signal }: Asking,
): Promise<readonly ToolDefinition[]> => {
  const skill = expert.skills[name];
  if (skill === undefined || skill.type === "interactiveSkill") return [];
  const alone = { ...expert, delegates: [], skills: { [name]: whole(skill) } };
  const emit = (event: SkillEvent): void => {
    if (event.type === "note") terminal.err(`${event.level}: ${visible(event.text)}\n`);
  };
  await using open = await skills.open({ runId: rootRunId, expertKey: key, expert: alone, emit }, signal);
  return open.tools
    .filter((tool) => tool.skill === name)
    .map(({ name: tool, description, inputSchema, readOnly }) => ({
      skillName: name,
      name: tool,
      description,
      inputSchema,
      readOnly,
    }));
};

const whole = (skill: Exclude<Skill, { type: "interactiveSkill" }>): Skill =>
  skill.type === "mcpStdioSkill"
    ? { ...skill, pick: [], omit: [], lazyInit: false }
    : { ...skill, pick: [], omit: [] };
