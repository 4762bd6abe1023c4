import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { manifestOrThrow, parseManifest } from "../../../src/definition/manifest.ts";
import { type LocalSkillsOptions, localSkills } from "../../../src/edges/skills/local-skills.ts";
import type { JsonObject } from "../../../src/job/message.ts";
import type { LockedTool, OpenSkills, SkillEvent, SkillsRequest } from "../../../src/run/ports.ts";
import { noSandbox } from "../../helpers/no-sandbox.ts";
import { temporaryDirectory, textOf } from "./mcp/fixture-skill.ts";

const server = fileURLToPath(new URL("../../fixtures/mcp-servers/changing.mjs", import.meta.url));

/** What a server lists, with the least a tool has. */
export type ListedTool = {
  readonly name: string;
  readonly description?: string;
  readonly inputSchema?: JsonObject;
  readonly annotations?: JsonObject;
};

export const locked = (name: string, rest: Partial<LockedTool> = {}): LockedTool => ({
  name,
  description: "",
  inputSchema: { type: "object" },
  readOnly: false,
  ...rest,
});

/** A checkout and what the servers of its skills list, which a test may change while they run. */
export type ExpertWorld = {
  readonly workspace: string;
  readonly cache: string;
  readonly events: readonly SkillEvent[];
  readonly notes: () => readonly string[];
  /** The `args` of a skill whose server lists the named file, as TOML; with a gate it waits for that file. */
  args(file: string, gate?: string): string;
  list(file: string, tools: readonly ListedTool[]): void;
  openGate(gate: string): void;
  /** Opens an Expert: its table's lines and its `[experts.a.skills.…]` tables, in TOML. */
  open(toml: string, request?: Partial<SkillsRequest>): Promise<OpenSkills>;
  call(skills: OpenSkills, tool: string, args?: JsonObject, signal?: AbortSignal): Promise<string>;
  /** Waits until an event of this kind is there. */
  seen(type: SkillEvent["type"], count?: number): Promise<void>;
};

export const expertWorld = (options: Partial<LocalSkillsOptions> = {}): ExpertWorld => {
  const directory = temporaryDirectory();
  const [workspace, cache] = [join(directory.path, "checkout"), join(directory.path, "cache")];
  for (const folder of [workspace, cache]) mkdirSync(folder);
  const events: SkillEvent[] = [];
  const opened: OpenSkills[] = [];
  onTestFinished(async () => {
    for (const skills of opened) await skills[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });
  const source = localSkills({
    workspace,
    checkout: workspace,
    hidden: [],
    cacheDirectory: cache,
    environment: { PATH: process.env.PATH },
    trust: "trusted",
    localCommands: "allowed",
    allowHosts: [],
    sandbox: noSandbox,
    stepTimeoutMs: 10_000,
    ...options,
  });
  const path = (file: string): string => join(directory.path, file);
  return {
    workspace,
    cache,
    events,
    notes: () => events.flatMap((event) => (event.type === "note" ? [event.text] : [])),
    args: (file, gate) => JSON.stringify([server, path(file), ...(gate === undefined ? [] : [path(gate)])]),
    list: (file, tools) =>
      writeFileSync(
        path(file),
        JSON.stringify(tools.map((tool) => ({ inputSchema: { type: "object" }, ...tool }))),
      ),
    openGate: (gate) => writeFileSync(path(gate), ""),
    async open(toml, request = {}) {
      const text = `[experts.a]\ninstruction = "x"\n${toml}`;
      const expert = manifestOrThrow(parseManifest({ text, file: "perstack.toml" })).experts.get("a");
      if (expert === undefined) throw new Error("the manifest has no Expert");
      const emit = (event: SkillEvent): unknown => events.push(event);
      const skills = await source.open(
        { runId: "r0", expertKey: "a", expert, emit, ...request },
        AbortSignal.timeout(60_000),
      );
      opened.push(skills);
      return skills;
    },
    async call(skills, tool, args = {}, signal = new AbortController().signal) {
      return textOf(await skills.call({ type: "toolCall", id: "call_1_0", tool, args }, signal));
    },
    async seen(type, count = 1) {
      while (events.filter((event) => event.type === type).length < count) await sleep(5);
    },
  };
};

/** A skill that runs this Node on a server of the fixtures, as TOML. */
export const skillTable = (name: string, args: string, rest = ""): string =>
  `[experts.a.skills.${name}]\ntype = "mcpStdioSkill"\ncommand = ${JSON.stringify(process.execPath)}\nargs = ${args}\n${rest}\n`;

export const skillToolsOf = (skills: OpenSkills): readonly string[] =>
  skills.tools.filter((tool) => tool.skill !== "@perstack/base").map((tool) => tool.name);
