import type { Expert } from "../definition/expert.ts";
import type { Skill } from "../definition/skill.ts";
import { type LocalSkillsOptions, localSkills } from "../edges/skills/local-skills.ts";
import { ExpertStackError } from "../errors.ts";
import { rootRunId } from "../job/state.ts";
import type { ToolDefinition } from "../registry/lockfile.ts";
import { makeRedaction } from "../report/redaction.ts";
import { visible } from "../report/visible.ts";
import type { Redact, SkillEvent, Skills } from "../run/ports.ts";
import { cacheFolder } from "./cache-folder.ts";
import type { JobSandbox } from "./job-sandbox.ts";
import { passwordsIn, registryTokens, secretVariables, valuesOf } from "./secrets.ts";
import type { Terminal } from "./terminal.ts";

/** Milliseconds a skill has to start and to list its tools. */
const stepTimeoutMs = 300_000;

type AskedIn = {
  readonly workspace: string;
  readonly sandbox: JobSandbox;
  readonly packages: NonNullable<LocalSkillsOptions["packages"]>;
  readonly terminal: Terminal;
};

type Named = { readonly key: string; readonly expert: Expert };

/**
 * Starts every skill of an Expert and asks for its tools.
 *
 * @param experts all that will be asked about: what they require is taken out of this process's environment
 * @returns what asks for one of them; sorted by skill, and within one as the server lists them
 */
export const toolAsker = (
  experts: readonly Expert[],
  asked: AskedIn,
): ((one: Named) => Promise<readonly ToolDefinition[]>) => {
  const { terminal } = asked;
  const skills = askedSkills(asked);
  const secretNames = secretVariables(experts, registryTokens(terminal.environment));
  terminal.hide(secretNames);
  const passwords = passwordsIn(terminal.environment, experts);
  const { redact } = makeRedaction([...valuesOf(terminal.environment, secretNames), ...passwords]);
  const asking = { skills, terminal, redact };
  return async ({ key, expert }) => {
    const names = Object.keys(expert.skills).sort();
    const listed = names.map((name) => toolsOf({ key, expert, name }, asking));
    return (await Promise.all(listed).catch((error) => Promise.reject(told(error, { key, redact })))).flat();
  };
};

const askedSkills = ({ workspace, sandbox, packages, terminal: { environment } }: AskedIn): Skills =>
  localSkills({
    sandbox: sandbox.open,
    ...{ workspace, checkout: workspace, packages },
    hidden: [],
    cacheDirectory: cacheFolder(environment.XDG_CACHE_HOME),
    environment,
    trust: "trusted",
    allowHosts: [],
    localCommands: "allowed",
    stepTimeoutMs,
  });

type Asking = { readonly skills: Skills; readonly terminal: Terminal; readonly redact: Redact };

/** Whose skill it was: perhaps that of a delegate's delegate. What it says on its way out may hold what it was given. */
const told = (error: unknown, { key, redact }: { readonly key: string; readonly redact: Redact }): unknown =>
  error instanceof ExpertStackError
    ? new ExpertStackError({
        ...error,
        message: `The Expert "${key}": ${redact(error.message)}`,
        remedy: redact(error.remedy),
      })
    : error;

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
