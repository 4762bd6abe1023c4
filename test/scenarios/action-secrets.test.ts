import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { openIssue } from "../helpers/fake-github/populate-threads.ts";
import type { ScriptedAnswer } from "../helpers/model-server.ts";
import { readZip } from "../helpers/read-zip.ts";
import { type Canary, disguisesOf, hiddenIn, tracesIn, tracesOf } from "../helpers/secret-traces.ts";
import { runStep, type StepRun } from "../helpers/step-run.ts";
import { issueEvent } from "../helpers/webhook.ts";

const servers = join(import.meta.dirname, "../fixtures/mcp-servers");

/** In the checkout, since a skill does not see the action's own folder. */
const serverFiles = Object.fromEntries(
  ["environment.mjs", "raw-server.mjs"].map((name) => [name, readFileSync(join(servers, name), "utf8")]),
);

const manifestOf = (requiredEnv: readonly string[]): string => `
model = "claude-sonnet-4-5"
[provider]
providerName = "anthropic"
[experts.reviewer]
version = "1.0.0"
instruction = "You answer."
[experts.reviewer.skills.city]
type = "mcpStdioSkill"
command = "node"
args = ["environment.mjs"]
requiredEnv = ${JSON.stringify(requiredEnv)}
`;

const given = {
  ANTHROPIC_API_KEY: "sk-ant-api03-cAnArY0pRoViDeR1kEy2wXyZ3",
  DEPLOY_PHRASE: 'pass"canary\\deploy/ü+%=&0123456789',
  CITY_TOKEN: "city_canary_Zk93mQpLx7TdVw2",
} as const;

const canariesOf = ({ token, results }: ActionWorld): readonly Canary[] => {
  const jwtHeader = `${results.runtimeToken.split(".")[0]}.`;
  return [
    { name: "the provider's key", value: given.ANTHROPIC_API_KEY, publicPrefix: "sk-ant-api03-" },
    { name: "GitHub's token", value: token.value, publicPrefix: "ghs_" },
    { name: "the runtime's token", value: results.runtimeToken, publicPrefix: jwtHeader },
    { name: "a variable of secret-env", value: given.DEPLOY_PHRASE },
    { name: "a variable of a skill", value: given.CITY_TOKEN },
  ];
};

const listed = (forms: Readonly<Record<string, string>>): string =>
  Object.entries(forms)
    .map(([name, form]) => `As ${name}: ${form}`)
    .join("\n\n");

/** Every form of every canary in prose, by a program, through a file, in names; and at last as the answer. */
const answersOf = (canaries: readonly Canary[]): readonly ScriptedAnswer[] => {
  const everything = canaries.map((canary) => listed(disguisesOf(canary))).join("\n\n");
  const hidden = canaries.map((canary) => listed(hiddenIn(canary))).join("\n\n");
  const print = canaries.flatMap((canary) => Object.values(disguisesOf(canary)));
  const [first] = canaries;
  return [
    {
      text: `I found\n\n${everything}`,
      toolCalls: [
        { name: "exec", args: { command: "env" } },
        { name: "environment", args: {} },
        { name: "exec", args: { command: "printf", args: ["%s\\n", ...print] } },
        { name: "writeTextFile", args: { path: "loot.txt", text: everything } },
        { name: "readTextFile", args: { path: first?.value } },
        { name: first?.value ?? "", args: { [first?.value ?? ""]: 1 } },
      ],
    },
    { toolCalls: [{ name: "readTextFile", args: { path: "loot.txt" } }] },
    { text: `It is\n\n${everything}\n\n${hidden}\n\nThat was it.` },
  ];
};

const start = async (requiredEnv: readonly string[] = ["CITY_TOKEN"]): Promise<ActionWorld> => {
  let answers: readonly ScriptedAnswer[] = [];
  const world = await startActionWorld({
    files: { "perstack.toml": manifestOf(requiredEnv), ...serverFiles },
    answers: (index) => answers[index] ?? { text: "Beyond the script." },
  });
  answers = answersOf(canariesOf(world));
  return world;
};

const run = async (world: ActionWorld, env: Record<string, string> = {}): Promise<StepRun> => {
  const issue = openIssue(world.github.world, world.repository, { author: "alice" });
  const webhook = await issueEvent(world, { number: issue.number, by: "alice" });
  const inputs = { expert: "reviewer", "secret-env": "DEPLOY_PHRASE" };
  return await runStep(world, { webhook, inputs, env: { ...given, ...env } });
};

const folderText = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.name}\n${readFileSync(join(entry.parentPath, entry.name), "utf8")}`)
    .join("\n");

/** All that anyone can read after the step. The runner never shows the lines by which it learns a mask. */
const placesOf = (world: ActionWorld, ran: StepRun): Readonly<Record<string, string>> => ({
  log: ran.log.replace(/^::add-mask::.*$/gm, ""),
  outputs: Object.entries(ran.outputs).flat().join("\n"),
  state: Object.entries(ran.state).flat().join("\n"),
  summary: ran.summary,
  comments: [...world.repository.issues.values()]
    .flatMap(({ comments }) => comments.map(({ body }) => body))
    .join("\n"),
  artifact: world.results.artifacts
    .flatMap(({ bytes }) => [...readZip(bytes)].map(([name, data]) => `${name}\n${data.toString("utf8")}`))
    .join("\n"),
  journal: folderText(join(world.temporary, "expert-stack")),
});

test("no secret of a step leaves it by any way and in any form", async () => {
  await using world = await start();
  const ran = await run(world);
  expect([ran.exitCode, ran.outputs.conclusion]).toEqual([0, "success"]);
  expect(ran.prompts).toHaveLength(3);
  expect(ran.prompts[1]?.results).toHaveLength(6);
  expect(ran.outputs["final-message"]).toMatch(/^It is[\s\S]*\*\*\*[\s\S]*That was it\.$/);
  const places = placesOf(world, ran);
  expect(places.comments).toContain("That was it.");
  for (const canary of canariesOf(world)) {
    const traces = tracesOf(canary);
    expect(traces.size, canary.name).toBeGreaterThan(50);
    for (const [place, text] of Object.entries(places)) {
      expect(text.length, place).toBeGreaterThan(0);
      expect(tracesIn(text, traces), `${canary.name} in the ${place}`).toEqual([]);
    }
  }
});

test("each secret is masked before anything else is printed", async () => {
  await using world = await start();
  const lines = (await run(world)).log.split("\n");
  const masks = canariesOf(world).map(({ value }) => `::add-mask::${value.replaceAll("%", "%25")}`);
  const firstWord = lines.findIndex((line) => !line.startsWith("::add-mask::"));
  expect(lines.slice(0, firstWord)).toEqual(expect.arrayContaining(masks));
});

test("programs and skills get the common variables and what the skill asks for, no credential and no runner file", async () => {
  await using world = await start();
  const [, second] = (await run(world)).prompts;
  const [byExec, bySkill] = second?.results ?? [];
  const execNames = String(JSON.parse(byExec?.text ?? "{}").stdout)
    .split("\n")
    .map((line) => line.split("=")[0] ?? "")
    .filter((name) => name !== "");
  const common = [
    "PATH",
    "HOME",
    "LANG",
    "TERM",
    "NODE_EXTRA_CA_CERTS",
    "SSL_CERT_FILE",
    "EXPERT_STACK_TREE",
  ];
  const unexpected = (names: readonly string[], further: string) =>
    names.filter((name) => ![...common, further].includes(name));
  expect(execNames).toEqual(expect.arrayContaining(["PATH", "HOME"]));
  expect(unexpected(execNames, "PWD")).toEqual([]);
  const skillNames = Object.keys(JSON.parse(bySkill?.text ?? "{}"));
  expect(skillNames).toContain("CITY_TOKEN");
  expect(unexpected(skillNames, "CITY_TOKEN").filter((name) => name !== "PWD")).toEqual([]);
});

describe("a skill that asks for what is the runner's own", () => {
  test.each(["ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL", "GITHUB_ENV", "GITHUB_STEP_SUMMARY"])(
    "%s is refused before the model is asked",
    async (variable) => {
      await using world = await start(["CITY_TOKEN", variable]);
      const ran = await run(world, {
        ACTIONS_ID_TOKEN_REQUEST_URL: "https://oidc.example",
        GITHUB_ENV: "/x",
      });
      expect([ran.exitCode, ran.outputs.conclusion]).toEqual([1, "failure"]);
      expect(ran.summary).toContain(
        `The skill "city" asks for ${variable}, which only the runner itself may use.`,
      );
      expect(ran.summary).toContain(`Take ${variable} out of its \`requiredEnv\``);
      expect(ran.prompts).toEqual([]);
    },
  );
});
