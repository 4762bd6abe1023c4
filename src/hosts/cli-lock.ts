import { renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import type { Expert } from "../definition/expert.ts";
import { renderFinding } from "../definition/finding.ts";
import type { Skill } from "../definition/skill.ts";
import { folderDefinitions } from "../edges/definitions/folder.ts";
import { localSkills } from "../edges/skills/local-skills.ts";
import { ExpertStackError } from "../errors.ts";
import { rootRunId } from "../job/state.ts";
import type { LockedExpert, ToolDefinition } from "../registry/lockfile.ts";
import { renderLockfile } from "../registry/render-lockfile.ts";
import { makeRedaction } from "../report/redaction.ts";
import { visible } from "../report/visible.ts";
import type { Redact, SkillEvent, Skills } from "../run/ports.ts";
import { cacheFolder } from "./cache-folder.ts";
import { type JobSandbox, jobSandbox, machineOf } from "./job-sandbox.ts";
import { lockPath } from "./read-lock.ts";
import { readManifest } from "./read-manifest.ts";
import { passwordsIn, secretVariables, valuesOf } from "./secrets.ts";
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
  const workspace = resolve(terminal.cwd, options.workspace ?? ".");
  await using sandbox = jobSandbox({
    ...{ mode: "auto", network: "enforced", workspace, checkout: workspace },
    ...{ hidden: [], temporary: tmpdir(), ...machineOf(terminal.environment) },
    cache: cacheFolder(terminal.environment.XDG_CACHE_HOME),
  });
  const skills = askedSkills(workspace, sandbox, terminal);
  const secretNames = secretVariables(manifest.experts.values(), []);
  terminal.hide(secretNames);
  const passwords = passwordsIn(terminal.environment, manifest.experts.values());
  const secrets = [...valuesOf(terminal.environment, secretNames), ...passwords];
  const { redact } = makeRedaction(secrets);
  const asking = { skills, terminal, redact };
  const experts: LockedExpert[] = [];
  for (const [key, expert] of manifest.experts) {
    experts.push(
      await lockedExpert({ key, expert }, asking).catch((error) => Promise.reject(told(error, redact))),
    );
  }
  writeLock(
    resolve(terminal.cwd, lockPath(config)),
    renderLockfile({ configPath: config, experts, registries: new Map(), indexes: new Map() }),
  );
  const tools = experts.reduce((sum, { toolDefinitions }) => sum + toolDefinitions.length, 0);
  terminal.out(`${lockPath(config)}: ${counted(experts.length, "Expert")}, ${counted(tools, "tool")}.\n`);
  return 0;
};

const askedSkills = (workspace: string, sandbox: JobSandbox, { environment }: Terminal): Skills =>
  localSkills({
    sandbox: sandbox.open,
    workspace,
    checkout: workspace,
    hidden: [],
    cacheDirectory: cacheFolder(environment.XDG_CACHE_HOME),
    environment,
    trust: "trusted",
    allowHosts: [],
    localCommands: "allowed",
    stepTimeoutMs,
  });

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

type Asking = { readonly skills: Skills; readonly terminal: Terminal; readonly redact: Redact };

/** What a skill says on its way out may hold what it was given. */
const told = (error: unknown, redact: Redact): unknown =>
  error instanceof ExpertStackError
    ? new ExpertStackError({ ...error, message: redact(error.message), remedy: redact(error.remedy) })
    : error;

/** Whole or not at all, and through no link that is there already. */
const writeLock = (file: string, text: string): void => {
  const temporary = `${file}.tmp`;
  try {
    rmSync(temporary, { force: true });
    writeFileSync(temporary, text, { flag: "wx" });
    renameSync(temporary, file);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new ExpertStackError({
      code: "STORE_FAILED",
      message: `${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      remedy: "See that its folder may be written and that no folder of that name is there.",
      cause,
    });
  }
};

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
  { skills, terminal, redact }: Asking,
): Promise<readonly ToolDefinition[]> => {
  const skill = expert.skills[name];
  if (skill === undefined || skill.type === "interactiveSkill") return [];
  const alone = { ...expert, delegates: [], skills: { [name]: whole(skill) } };
  const emit = (event: SkillEvent): void => {
    if (event.type === "note") terminal.err(`${event.level}: ${visible(redact(event.text))}\n`);
  };
  await using open = await skills.open(
    { runId: rootRunId, expertKey: key, expert: alone, emit },
    terminal.stop,
  );
  const tools = open.tools
    .filter((tool) => tool.skill === name)
    .map(({ name: tool, description, inputSchema, readOnly }) => ({
      skillName: name,
      name: tool,
      description,
      inputSchema,
      readOnly,
    }));
  for (const tool of tools) refuseSecret(tool, redact);
  return tools;
};

/** The lock is made to be committed. */
const refuseSecret = (tool: ToolDefinition, redact: Redact): void => {
  const text = JSON.stringify(tool);
  if (redact(text) === text) return;
  throw new ExpertStackError({
    code: "SKILL_REFUSED",
    message: `The tool "${tool.name}" of the skill "${tool.skillName}" holds a secret of the environment in its definition.`,
    remedy: "A lock is committed, so the secret would be, too. Leave the tool out on the server's side.",
  });
};

const whole = (skill: Exclude<Skill, { type: "interactiveSkill" }>): Skill =>
  skill.type === "mcpStdioSkill"
    ? { ...skill, pick: [], omit: [], lazyInit: false }
    : { ...skill, pick: [], omit: [] };
