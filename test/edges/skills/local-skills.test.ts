import { expect, onTestFinished, test } from "vitest";
import { manifestOrThrow, parseManifest } from "../../../src/definition/manifest.ts";
import { baseToolNames } from "../../../src/definition/tool-names.ts";
import { localSkills } from "../../../src/edges/skills/local-skills.ts";
import { type AddressPolicy, publicAddresses } from "../../../src/edges/skills/remote/address-policy.ts";
import type { OpenSkills, SkillEvent } from "../../../src/run/ports.ts";
import { noSandbox } from "../../helpers/no-sandbox.ts";
import { temporaryDirectory } from "./mcp/fixture-skill.ts";

type Opened = {
  readonly skills: OpenSkills;
  readonly tools: readonly string[];
  readonly warnings: readonly string[];
};

/** The skills of an Expert whose entry for the base skill says `entry`. */
const open = async (
  entry: string,
  { trust = "trusted", environment = {} }: { trust?: "trusted" | "untrusted"; environment?: object } = {},
): Promise<Opened> => {
  const text = `[experts.a]\ninstruction = "x"\n[experts.a.skills."@perstack/base"]\ntype = "mcpStdioSkill"\ncommand = "npx"\npackageName = "@perstack/base"\n${entry}\n`;
  const expert = manifestOrThrow(parseManifest({ text, file: "perstack.toml" })).experts.get("a");
  if (expert === undefined) throw new Error("the manifest has no Expert");
  const directory = temporaryDirectory();
  const events: SkillEvent[] = [];
  const source = localSkills({
    workspace: directory.path,
    checkout: directory.path,
    hidden: [],
    cacheDirectory: directory.path,
    environment: { PATH: process.env.PATH, ...environment },
    trust,
    localCommands: "allowed",
    allowHosts: [],
    sandbox: noSandbox,
    stepTimeoutMs: 10_000,
  });
  const emit = (event: SkillEvent): unknown => events.push(event);
  const skills = await source.open(
    { runId: "r0", expertKey: "a", expert, emit },
    new AbortController().signal,
  );
  onTestFinished(async () => {
    await skills[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });
  return {
    skills,
    tools: skills.tools.map((tool) => tool.name),
    get warnings() {
      return events.flatMap((event) => (event.type === "note" ? [event.text] : []));
    },
  };
};

test("given an entry that says nothing, every tool of the base skill is offered", async () => {
  const { tools, warnings } = await open("");
  expect(tools.toSorted()).toEqual(baseToolNames.toSorted());
  expect(warnings).toEqual([]);
});

test("given an entry that says nothing, what goes with every request is under 4.5 KB", async () => {
  const { skills } = await open("");
  const sent = skills.tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
  expect(sent).toHaveLength(baseToolNames.length);
  expect(Buffer.byteLength(JSON.stringify(sent))).toBeLessThan(4_500);
});

test("given `pick`, only those tools of the base skill are offered", async () => {
  expect((await open('pick = ["readTextFile", "attemptCompletion"]')).tools).toEqual([
    "attemptCompletion",
    "readTextFile",
  ]);
});

test("given `omit`, those tools of the base skill are not offered", async () => {
  const { tools } = await open('omit = ["exec", "todo"]');
  expect(tools.toSorted()).toEqual(
    baseToolNames.filter((name) => name !== "exec" && name !== "todo").toSorted(),
  );
});

test("given a misspelt `omit`, a warning says which tools there are", async () => {
  const { warnings } = await open('omit = ["execute"]');
  expect(warnings).toEqual([expect.stringContaining('has no tool "execute", which its `omit` names.')]);
});

test("given `omit` of exec on an untrusted trigger, where exec is withheld anyway, nothing is warned about", async () => {
  const { tools, warnings } = await open('omit = ["exec"]', { trust: "untrusted" });
  expect(tools).not.toContain("exec");
  expect(warnings).toEqual([]);
});

test("given `requiredEnv`, programs that exec starts get those variables and no others", async () => {
  const { skills } = await open('requiredEnv = ["GH_TOKEN"]', {
    environment: { GH_TOKEN: "for gh", ANTHROPIC_API_KEY: "never" },
  });
  const args = { command: "env", args: [] };
  const call = { type: "toolCall", id: "call_1_0", tool: "exec", args } as const;
  const outcome = await skills.call(call, new AbortController().signal);
  expect(JSON.stringify(outcome.contents)).toContain("GH_TOKEN=for gh");
  expect(JSON.stringify(outcome.contents)).not.toContain("never");
});

test("programs that exec starts carry what the runner finds its orphans by", async () => {
  const { skills } = await open("", { environment: { RUNNER_TRACKING_ID: "github_some-id" } });
  const call = {
    type: "toolCall",
    id: "call_1_0",
    tool: "exec",
    args: { command: "env", args: [] },
  } as const;
  const outcome = await skills.call(call, new AbortController().signal);
  expect(JSON.stringify(outcome.contents)).toContain("RUNNER_TRACKING_ID=github_some-id");
});

test("given `requiredEnv` that is not set, the job is told so instead of running without", async () => {
  await expect(open('requiredEnv = ["GH_TOKEN"]')).rejects.toMatchObject({ code: "SKILL_ENV_MISSING" });
});

test("given `allowedDomains`, a warning says where nothing enforces them", async () => {
  const opened = await open('allowedDomains = ["api.example.com"]');
  const call = {
    type: "toolCall",
    id: "call_1_0",
    tool: "exec",
    args: { command: "true", args: [] },
  } as const;
  await opened.skills.call(call, new AbortController().signal);
  expect(opened.warnings).toEqual([
    'The skill "@perstack/base" lists `allowedDomains`, and nothing holds it to them here: its network is open.',
  ]);
});

/** An Expert with one skill, whose table says `lines`. */
const openWith = async (
  lines: string,
  options: { trust: "trusted" | "untrusted"; addressPolicy?: AddressPolicy },
): Promise<OpenSkills> => {
  const text = `[experts.a]\ninstruction = "x"\n[experts.a.skills.s]\n${lines}\n`;
  const expert = manifestOrThrow(parseManifest({ text, file: "perstack.toml" })).experts.get("a");
  if (expert === undefined) throw new Error("the manifest has no Expert");
  const directory = temporaryDirectory();
  onTestFinished(() => directory[Symbol.dispose]());
  const source = localSkills({
    workspace: directory.path,
    checkout: directory.path,
    hidden: [],
    cacheDirectory: directory.path,
    environment: {},
    localCommands: "allowed",
    allowHosts: [],
    sandbox: noSandbox,
    stepTimeoutMs: 10_000,
    ...options,
  });
  const request = { runId: "r0", expertKey: "a", expert, emit: () => undefined };
  return await source.open(request, new AbortController().signal);
};

test.each([
  ['type = "mcpSseSkill"\nendpoint = "https://mcp.example.com/mcp"', /tells it to mcp\.example\.com/],
  ['type = "mcpStdioSkill"\ncommand = "node"', /runs a process/],
])("given an untrusted trigger, a skill with %s is refused", async (lines, says) => {
  await expect(openWith(lines, { trust: "untrusted" })).rejects.toMatchObject({
    code: "SKILL_REFUSED",
    message: expect.stringMatching(says),
  });
});

test("given a remote skill whose name resolves to this machine, the Run does not open", async () => {
  const addressPolicy: AddressPolicy = {
    ...publicAddresses,
    resolve: async () => [{ address: "127.0.0.1", family: 4 }],
  };
  const lines = 'type = "mcpSseSkill"\nendpoint = "https://mcp.example.com/mcp"';
  await expect(openWith(lines, { trust: "trusted", addressPolicy })).rejects.toMatchObject({
    code: "SKILL_REFUSED",
    message: expect.stringContaining("resolves to 127.0.0.1"),
  });
});

test("given no address policy, as the runner gives none, only public addresses over https are admitted", async () => {
  // An address nobody routes, so that nothing is asked even if this fails; the manifest refuses private ones itself.
  const manifestRefuses = openWith('type = "mcpSseSkill"\nendpoint = "https://127.0.0.1/mcp"', {
    trust: "trusted",
  });
  await expect(manifestRefuses).rejects.toMatchObject({ code: "MANIFEST_INVALID" });
  expect(publicAddresses.protocols).toEqual(["https:"]);
  expect(publicAddresses.admitsHost("127.0.0.1")).toBe(false);
  expect(publicAddresses.admitsAddress("127.0.0.1")).toBe(false);
});
