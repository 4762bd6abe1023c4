import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { McpStdioSkill } from "../../../../src/definition/skill.ts";
import { openStdioSkill, type StdioSkill } from "../../../../src/edges/skills/mcp/stdio-skill.ts";
import type { JsonObject } from "../../../../src/job/message.ts";
import type { SkillEvent, ToolOutcome } from "../../../../src/run/ports.ts";

const servers = fileURLToPath(new URL("../../../fixtures/mcp-servers/", import.meta.url));

/** A directory that is gone at the end of its block. */
export const temporaryDirectory = (): Disposable & { readonly path: string } => {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "expert-stack-test-")));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
};

type Definition = { readonly [Key in keyof McpStdioSkill]?: McpStdioSkill[Key] };

export type FixtureOptions = {
  readonly server?: string;
  readonly args?: readonly string[];
  readonly definition?: Definition;
  readonly environment?: Readonly<Record<string, string>>;
  readonly trust?: "trusted" | "untrusted";
  readonly cacheDirectory?: string;
  readonly workspace?: string;
  readonly stepTimeoutMs?: number;
  readonly signal?: AbortSignal;
};

export type FixtureSkill = StdioSkill & {
  readonly events: readonly SkillEvent[];
  readonly workspace: string;
  run(tool: string, args?: JsonObject, signal?: AbortSignal): Promise<ToolOutcome>;
};

/** What a failed start has told the journal, for tests of failures. */
export const eventsOfLastOpen: SkillEvent[] = [];

/** Opens one of the servers in `test/fixtures/mcp-servers`, or what `definition` says, as the skill `fixture`. */
export const openFixture = async (options: FixtureOptions): Promise<FixtureSkill> => {
  const workspace = options.workspace ?? realpathSync(tmpdir());
  const events: SkillEvent[] = [];
  eventsOfLastOpen.length = 0;
  const skill = await openStdioSkill({
    runId: "r0",
    name: "fixture",
    skill: McpStdioSkill.parse({
      type: "mcpStdioSkill",
      command: process.execPath,
      args: [join(servers, options.server ?? ""), ...(options.args ?? [])],
      ...options.definition,
    }),
    environment: options.environment ?? { PATH: process.env.PATH ?? "" },
    workspace,
    cwd: workspace,
    cacheDirectory: options.cacheDirectory ?? join(workspace, "never-used"),
    trust: options.trust ?? "trusted",
    stepTimeoutMs: options.stepTimeoutMs ?? 30_000,
    emit: (event) => {
      events.push(event);
      eventsOfLastOpen.push(event);
    },
    signal: options.signal ?? AbortSignal.timeout(120_000),
  });
  return Object.assign(skill, {
    events,
    workspace,
    run: (tool: string, args: JsonObject = {}, signal = new AbortController().signal) =>
      skill.call({ type: "toolCall", id: "call_1_0", tool, args }, signal),
  });
};

/** The texts of an outcome in one. */
export const textOf = (outcome: ToolOutcome): string =>
  outcome.contents.map((content) => (content.type === "text" ? content.text : "")).join("\n");

export const notesOf = (events: readonly SkillEvent[]): readonly string[] =>
  events.flatMap((event) => (event.type === "note" ? [event.text] : []));
