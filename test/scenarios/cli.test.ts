import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { manifestOf } from "../helpers/expert-run.ts";
import type { ScriptedAnswer } from "../helpers/model-server.ts";
import { type CliWorld, eventLines, runCli, startCliWorld } from "../helpers/run-cli.ts";

const done: ScriptedAnswer = { text: "All is well." };
const read: ScriptedAnswer = { toolCalls: [{ name: "readTextFile", args: { path: "a.txt" } }] };

const startWorld = async (
  answers: readonly ScriptedAnswer[] = [],
  manifest = manifestOf(),
): Promise<CliWorld> =>
  await startCliWorld({ files: { "perstack.toml": manifest, "a.txt": "one\n" }, answers });

const fileKey = "sk-ant-api03-Zr4pYb8HcN5sJ6fGQm7vT2xW";

describe("output", () => {
  test("is newline-delimited JSON where standard output is no terminal, the answer at its end", async () => {
    await using world = await startWorld([read, done]);
    const run = await runCli(world, ["run", "reviewer", "Look around."]);
    const events = eventLines(run);
    expect(run.exitCode).toBe(0);
    expect(events[0]).toMatchObject({
      type: "initializeRuntime",
      expertName: "reviewer",
      query: "Look around.",
    });
    expect(events.at(-1)).toMatchObject({ type: "completeRun", text: "All is well." });
    expect(run.stderr).toBe(
      `The job is in ${world.workspace.directory}/.expert-stack/jobs/${world.jobs()[0]}\n`,
    );
    expect(world.recorded().head.status).toBe("completed");
  });

  test("with `--progress plain` is the answer alone, and whole lines of progress on standard error", async () => {
    await using world = await startWorld([read, done]);
    const run = await runCli(world, ["run", "reviewer", "Look around.", "--progress", "plain"]);
    expect([run.exitCode, run.stdout]).toEqual([0, "All is well.\n"]);
    expect(run.stderr).toContain("readTextFile");
    expect(run.stderr).not.toContain("All is well.");
    expect(run.stderr).toMatch(/^2 steps, \d+ tokens in, \d+ out, \$[\d.]+, [\d.]+ s\. The job is in /m);
    expect(run.stderr).not.toContain("\r");
    expect(run.stderr).not.toContain("\u001b");
  });

  test("`--json` says the same as the default", async () => {
    await using world = await startWorld([done]);
    const run = await runCli(world, ["run", "reviewer", "Look around.", "--json"]);
    expect(eventLines(run).at(-1)).toMatchObject({ type: "completeRun", text: "All is well." });
  });

  test("the query may come from standard input", async () => {
    await using world = await startWorld([done]);
    const run = await runCli(world, ["run", "reviewer", "-"], { stdin: "Asked through a pipe.\n" });
    expect(run.exitCode).toBe(0);
    expect(JSON.stringify(world.model.requests[0]?.body.messages)).toContain("Asked through a pipe.");
  });
});

describe("a job that fails", () => {
  const unauthorized: ScriptedAnswer = {
    status: 401,
    type: "authentication_error",
    message: "invalid x-api-key",
  };

  test.each(["plain", "json"])("because of the provider exits with 1 and says why (%s)", async (progress) => {
    await using world = await startWorld([unauthorized]);
    const run = await runCli(world, ["run", "reviewer", "Look.", "--progress", progress]);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toMatch(/401/);
    expect(run.stderr).toMatch(
      /^error: 401 ProviderError: invalid x-api-key\n {2}Check that the environment /m,
    );
    expect(run.stderr).not.toContain("    at ");
    expect(world.recorded().outcome).toMatchObject({ type: "failed", error: { statusCode: 401 } });
    if (progress === "json") expect(eventLines(run).at(-1)?.type).toBe("stopRunByError");
    else expect(run.stdout).toBe("");
  });

  test.each<[string, ScriptedAnswer]>([
    ["refuses the request", { status: 400, type: "invalid_request_error", message: "prompt is too long" }],
    ["is overloaded", { status: 529, type: "overloaded_error", message: "Overloaded" }],
    ["resets the connection", { fault: "reset" }],
    ["breaks off its answer", { fault: "resetMidStream" }],
  ])("because the provider %s exits with 1", async (_, answer) => {
    await using world = await startWorld([answer]);
    const run = await runCli(world, ["run", "reviewer", "Look.", "--max-retries", "0"]);
    expect(run.exitCode).toBe(1);
    expect(world.recorded().outcome).toMatchObject({ type: "failed" });
  });

  test("is tried again after an overload, and that is said", async () => {
    await using world = await startWorld([
      { status: 529, type: "overloaded_error", message: "Overloaded" },
      done,
    ]);
    const run = await runCli(world, ["run", "reviewer", "Look.", "--progress", "plain"]);
    expect([run.exitCode, run.stdout]).toEqual([0, "All is well.\n"]);
    expect(run.stderr).toMatch(/529.*Overloaded|Overloaded.*529/);
  });

  test("by its number of steps exits with 1", async () => {
    await using world = await startWorld([read, read]);
    const run = await runCli(world, ["run", "reviewer", "Look.", "--max-steps", "1", "--progress", "plain"]);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toMatch(/^error: The job reached its limit of 1 steps\.\n {2}Raise `max-steps`/m);
    expect(world.recorded().head.status).toBe("stoppedByMaxSteps");
  });

  test("by the time of a generation exits with 1", async () => {
    await using world = await startWorld([{ fault: "stall" }]);
    const run = await runCli(world, ["run", "reviewer", "Look.", "--timeout", "500", "--max-retries", "0"]);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain("no complete answer within 0.5 s");
    expect(run.elapsedMs).toBeLessThan(10_000);
  });

  test("because a skill does not start exits with 1 and shows the skill's last words", async () => {
    const skills = `
[experts.reviewer.skills.database]
type = "mcpStdioSkill"
command = "sh"
args = ["-c", "echo cannot reach the database >&2; exit 7"]
`;
    await using world = await startWorld([], manifestOf({ skills }));
    const run = await runCli(world, ["run", "reviewer", "Look.", "--progress", "plain"]);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain("cannot reach the database");
    expect(world.living()).toEqual([]);
    expect(world.recorded().outcome).toMatchObject({ error: { name: "SKILL_START_FAILED" } });
  });

  test("because a skill lacks its variable exits with 2 and names it", async () => {
    const skills = `
[experts.reviewer.skills.crm]
type = "mcpStdioSkill"
command = "node"
requiredEnv = ["CRM_TOKEN"]
`;
    await using world = await startWorld([], manifestOf({ skills }));
    const run = await runCli(world, ["run", "reviewer", "Look."]);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain("CRM_TOKEN");
  });
});

describe("what a person got wrong exits with 2, starts nothing, and is explained", () => {
  const cases: readonly (readonly [string, readonly string[], readonly (string | RegExp)[]])[] = [
    [
      "an unknown Expert",
      ["run", "reviewr", "Look."],
      ['There is no Expert "reviewr"', 'Did you mean "reviewer"?'],
    ],
    [
      "an Expert of a registry that nobody says",
      ["run", "@acme/reviewer@1", "x"],
      ["no registry is said for @acme"],
    ],
    ["no query", ["run", "reviewer"], ["no query"]],
    ["a blank query", ["run", "reviewer", "  "], ["no query"]],
    ["no Expert", ["run"], ["missing required argument 'expert'"]],
    ["too many words", ["run", "reviewer", "Look", "around"], ["too many arguments", "in quotes", "--help"]],
    ["an unknown option", ["run", "reviewer", "Look.", "--wait"], ["unknown option '--wait'"]],
    ["an option without its value", ["run", "reviewer", "Look.", "--model"], ["argument missing"]],
    ["an impossible number", ["run", "reviewer", "Look.", "--max-steps", "many"], ["--max-steps", "many"]],
    ["an impossible progress", ["run", "reviewer", "Look.", "--progress", "loud"], ["--progress", "plain"]],
    [
      "a missing manifest",
      ["run", "reviewer", "Look.", "--config", "x.toml"],
      [/There is no x\.toml in \//, "--config <file>"],
    ],
    [
      "a missing workspace",
      ["run", "reviewer", "Look.", "--workspace", "nowhere"],
      ["--workspace", "nowhere"],
    ],
    ["a missing env file", ["run", "reviewer", "Look.", "--env-path", "x.env"], ["--env-path", "x.env"]],
    [
      "a job id that is a path",
      ["run", "reviewer", "Look.", "--job-id", "../../x"],
      ['"../../x" is not a job id'],
    ],
    [
      "an unknown provider",
      ["run", "reviewer", "Look.", "--provider", "acme"],
      ['There is no provider "acme"'],
    ],
    [
      "an unknown runtime",
      ["run", "reviewer", "Look.", "--runtime", "docker"],
      ['"docker"', "not available"],
    ],
    ["an unknown command", ["rnu"], ["unknown command 'rnu'"]],
    ["the manifest of another place", ["validate", "x.toml"], ["There is no x.toml in", "validate <file>"]],
    ["the log of no job", ["log", "nothing"], ['There is no job "nothing"']],
    ["the log of a path", ["log", "../.."], ['"../.." is not a job id']],
    ...["export", "replay", "report", "test", "init"].map(
      (name) => [`the later command ${name}`, [name, "x", "--y"], [name, "not available"]] as const,
    ),
  ];

  test.each(cases)("%s", async (_, args, says) => {
    await using world = await startWorld();
    const run = await runCli(world, args);
    expect([run.exitCode, run.stdout]).toEqual([2, ""]);
    for (const words of says) expect(run.stderr).toMatch(words);
    expect(run.stderr).not.toContain("    at ");
    expect(world.model.requests).toEqual([]);
    expect(existsSync(join(world.workspace.directory, ".expert-stack"))).toBe(false);
    expect(existsSync(join(world.workspace.directory, "..", "x"))).toBe(false);
  });

  test("a missing key", async () => {
    await using world = await startWorld();
    const run = await runCli(world, ["run", "reviewer", "Look."], { env: { ANTHROPIC_API_KEY: "" } });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain("ANTHROPIC_API_KEY is not set");
    expect(existsSync(join(world.workspace.directory, ".expert-stack"))).toBe(false);
  });

  test("a manifest, by file, line and column", async () => {
    await using world = await startWorld([], manifestOf({ top: 'maxSteps = "many"' }));
    const run = await runCli(world, ["run", "reviewer", "Look."]);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/perstack\.toml:3:12: .*maxSteps/);
  });

  test("a job id that is taken: the first job stays as it is", async () => {
    await using world = await startWorld([done, { text: "Another answer." }]);
    await runCli(world, ["run", "reviewer", "Look.", "--job-id", "mine"]);
    const before = world.recorded("mine").entries;
    const run = await runCli(world, ["run", "reviewer", "Look again.", "--job-id", "mine"]);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('There already is a job "mine"');
    expect(world.recorded("mine").entries).toEqual(before);
    expect(world.model.requests).toHaveLength(1);
  });
});

describe("validate", () => {
  test("a valid manifest exits with 0, also with warnings, which are shown", async () => {
    await using world = await startWorld([], manifestOf({ top: 'colour = "red"' }));
    const run = await runCli(world, ["validate"]);
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toMatch(/perstack\.toml:3:1: .*colour/);
    expect(run.stdout).toMatch(/perstack\.toml: valid, 1 Expert\.\n$/);
  });

  test("an invalid one exits with 2 and shows every finding with its place", async () => {
    await using world = await startWorld([], manifestOf({ top: 'maxSteps = "many"\ntimeout = 1.5' }));
    const run = await runCli(world, ["validate", "perstack.toml"]);
    expect(run.exitCode).toBe(2);
    expect(run.stdout).toMatch(/perstack\.toml:3:12: .*maxSteps/);
    expect(run.stdout).toMatch(/perstack\.toml:4:11: .*timeout/);
  });
});

describe("log", () => {
  test("is empty at first, then lists the jobs, the newest first, and shows one", async () => {
    await using world = await startWorld([done, read, { text: "Second." }]);
    expect(await runCli(world, ["log"])).toMatchObject({ exitCode: 0, stdout: "No jobs here yet.\n" });
    await runCli(world, ["run", "reviewer", "First.", "--job-id", "one"]);
    await runCli(world, ["run", "reviewer", "Then.", "--job-id", "two"]);
    const list = (await runCli(world, ["log"])).stdout.trimEnd().split("\n");
    expect(list).toHaveLength(2);
    expect(list[0]).toMatch(/^two .*completed .*reviewer .*2 steps/);
    expect(list[1]).toMatch(/^one .*completed .*reviewer .*1 step /);
    const shown = await runCli(world, ["log", "two"]);
    expect(shown.stdout).toMatch(
      /^query:\n {2}Then\.\n[\s\S]*readTextFile[\s\S]*completed\nanswer:\n {2}Second\.\n2 steps, /,
    );
    const journal = readFileSync(join(world.recorded("two").directory, "events.jsonl"), "utf8");
    expect((await runCli(world, ["log", "two", "--json"])).stdout).toBe(journal);
  });

  test("of a journal that was changed exits with 1 and names the line", async () => {
    await using world = await startWorld([done]);
    await runCli(world, ["run", "reviewer", "Look.", "--job-id", "mine"]);
    const file = join(world.recorded("mine").directory, "events.jsonl");
    writeFileSync(file, readFileSync(file, "utf8").replace("All is well.", "All is lost."));
    const run = await runCli(world, ["log", "mine"]);
    expect([run.exitCode, run.stdout]).toEqual([1, ""]);
    expect(run.stderr).toMatch(/events\.jsonl:\d+ does not follow the line before it/);
  });
});

describe("the workspace's `.expert-stack` folder", () => {
  test("is nothing to git and nothing to the Expert", async () => {
    const [list, file, find] = [
      { name: "listDirectory", args: { path: "." } },
      { name: "readTextFile", args: { path: ".expert-stack/jobs/mine/events.jsonl" } },
      { name: "writeTextFile", args: { path: ".expert-stack/jobs/mine/events.jsonl", text: "forged" } },
    ];
    await using world = await startWorld([{ toolCalls: [list, file, find] }, done]);
    const run = await runCli(world, ["run", "reviewer", "Look.", "--job-id", "mine"]);
    expect(run.exitCode).toBe(0);
    expect(world.workspace.git("status", "--porcelain", "--untracked-files=all")).toBe("");
    const { heard } = world.recorded();
    expect(heard.map(({ tool, isError }) => [tool, isError])).toEqual([
      ["listDirectory", false],
      ["readTextFile", true],
      ["writeTextFile", true],
    ]);
    expect(heard[0]?.text).toContain("perstack.toml");
    expect(heard[0]?.text).not.toContain(".expert-stack");
    expect(heard[1]?.text).not.toContain("jobStarted");
  });
});

test("`--secret-env` keeps a variable's value out of all that is shown and kept", async () => {
  await using world = await startWorld([done]);
  const value = "blue-canary-in-the-outlet";
  const run = await runCli(world, ["run", "reviewer", `Look. ${value}`, "--secret-env", "MY_WORD"], {
    env: { MY_WORD: value },
  });
  expect(run.exitCode).toBe(0);
  expect(run.stdout).not.toContain(value);
  expect(JSON.stringify(world.recorded().entries)).not.toContain(value);
});

test("an address that is empty, as an unset variable of a workflow is, is as good as none", async () => {
  await using world = await startWorld([done]);
  const file = join(world.workspace.directory, "perstack.toml");
  const name = 'providerName = "anthropic"';
  const manifest = readFileSync(file, "utf8");
  writeFileSync(file, manifest.replace(name, `${name}\nsetting = { baseUrl = "${world.model.url}" }`));
  const run = await runCli(world, ["run", "reviewer", "Go."], { env: { ANTHROPIC_BASE_URL: "" } });
  expect([run.exitCode, run.stderr]).toEqual([0, expect.stringMatching(/^The job is in .*\n$/)]);
  expect(world.model.requests).toHaveLength(1);
});

test("`--env-path` gives the key where the shell gives none", async () => {
  await using world = await startWorld([done]);
  writeFileSync(
    join(world.workspace.directory, "keys.env"),
    `ANTHROPIC_API_KEY=${fileKey}\nANTHROPIC_BASE_URL=${world.model.url}\n`,
  );
  const run = await runCli(world, ["run", "reviewer", `Look. ${fileKey}`, "--env-path", "keys.env"], {
    env: { ANTHROPIC_API_KEY: undefined, ANTHROPIC_BASE_URL: undefined },
  });
  expect([run.exitCode, eventLines(run).at(-1)?.text]).toEqual([0, "All is well."]);
  expect(run.stdout).not.toContain(fileKey);
});

test.each([".env", ".env.local"])("a checkout's own `%s` is not read", async (name) => {
  await using world = await startWorld([done]);
  writeFileSync(
    join(world.workspace.directory, name),
    `ANTHROPIC_API_KEY=${fileKey}\nANTHROPIC_BASE_URL=${world.model.url}\n`,
  );
  const run = await runCli(world, ["run", "reviewer", "Look."], {
    env: { ANTHROPIC_API_KEY: undefined, ANTHROPIC_BASE_URL: undefined },
  });
  expect([run.exitCode, world.model.requests]).toEqual([2, []]);
  expect(run.stderr).toContain("ANTHROPIC_API_KEY is not set");
});
