import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Expert } from "../../../../src/definition/expert.ts";
import { McpStdioSkill } from "../../../../src/definition/skill.ts";
import { type McpSkill, mcpSkill } from "../../../../src/edges/skills/mcp/mcp-skill.ts";
import { liveOffer } from "../../../../src/edges/skills/mcp/offer.ts";
import { type StdioServerOptions, stdioServer } from "../../../../src/edges/skills/mcp/stdio-server.ts";
import { toolNames } from "../../../../src/edges/skills/tool-names.ts";
import type { JsonObject } from "../../../../src/job/message.ts";
import type { ToolDefinition } from "../../../../src/job/tool.ts";
import type { SkillEvent, ToolOutcome } from "../../../../src/run/ports.ts";
import { plainStart } from "../../../helpers/no-sandbox.ts";

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
  /** Plainly, unless the test is about installs. */
  readonly startInstall?: StdioServerOptions["startInstall"];
};

export type FixtureSkill = McpSkill & {
  readonly tools: readonly ToolDefinition[];
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
  const emit = (event: SkillEvent): void => {
    events.push(event);
    eventsOfLastOpen.push(event);
  };
  const [runId, name, stepTimeoutMs] = ["r0", "fixture", options.stepTimeoutMs ?? 30_000] as const;
  const definition = McpStdioSkill.parse({
    type: "mcpStdioSkill",
    command: process.execPath,
    args: [join(servers, options.server ?? ""), ...(options.args ?? [])],
    ...options.definition,
  });
  const server = stdioServer({
    runId,
    name,
    skill: definition,
    environment: options.environment ?? { PATH: process.env.PATH ?? "" },
    workspace,
    cwd: workspace,
    cacheDirectory: options.cacheDirectory ?? join(workspace, "never-used"),
    trust: options.trust ?? "trusted",
    starterFor: () => plainStart,
    startInstall: options.startInstall ?? (() => plainStart),
    held: () => undefined,
    startTimeoutMs: Math.min(60_000, stepTimeoutMs),
    startsIn: "elsewhere",
    emit,
  });
  const warn = (text: string): void =>
    emit({ type: "note", level: "warning", text: `The skill "${name}" ${text}` });
  const names = toolNames(Expert.parse({ instruction: "x" }));
  const announce = (tools: readonly ToolDefinition[]): void =>
    emit({ type: "toolsChanged", runId, skill: name, tools });
  const offer = liveOffer({ ...definition, name, names, warn, announce });
  const skill = mcpSkill({ runId, name, server, offer, stepTimeoutMs, emit });
  await skill.start(options.signal ?? AbortSignal.timeout(120_000));
  names.claim(name, offer.take());
  offer.opened();
  return Object.assign(skill, {
    tools: offer.tools(),
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
