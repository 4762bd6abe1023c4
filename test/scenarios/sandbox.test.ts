import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { isolates } from "../../src/job/sandbox-tier.ts";
import { manifestOf, startScene } from "../helpers/expert-run.ts";
import { addCollaborator } from "../helpers/fake-github/populate-people.ts";
import type { ScriptedAnswer } from "../helpers/model-server.ts";
import { providerKey, runCli, runInShell, startCliWorld } from "../helpers/run-cli.ts";
import { tierHere } from "../helpers/sandbox-here.ts";

const tier = await tierHere();
const servers = join(import.meta.dirname, "../fixtures/mcp-servers");
const server = (name: string): string => readFileSync(join(servers, name), "utf8");
const serverFiles = (...names: readonly string[]) =>
  Object.fromEntries(["raw-server.mjs", ...names].map((name) => [name, server(name)]));

const exec = (script: string): ScriptedAnswer => ({
  toolCalls: [{ name: "exec", args: { command: "sh", args: ["-c", script] } }],
});
const done: ScriptedAnswer = { text: "Done." };

const skill = (name: string, file: string, more = ""): string => `
[experts.reviewer.skills.${name}]
type = "mcpStdioSkill"
command = "node"
args = ["${file}"]
${more}
`;

/** A person's checkout with a skill that fetches what it is told, and lists one host, which nobody has. */
const startFetching = (answers: readonly ScriptedAnswer[]) =>
  startCliWorld({
    files: {
      "perstack.toml": manifestOf({
        skills: skill("fetcher", "fetcher.mjs", 'allowedDomains = ["listed.invalid"]'),
      }),
      ...serverFiles("fetcher.mjs"),
    },
    answers,
  });

const until = async (condition: () => boolean): Promise<void> => {
  const end = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error("it never came to that");
    await sleep(20);
  }
};

describe.skipIf(!isolates(tier))("on the command line, in a sandbox", () => {
  test("exec sees the workspace and nothing of the runner, and the journal tells the tier", async () => {
    let connections = 0;
    const listener = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void listener.close());
    const address = listener.address();
    const port = typeof address === "object" ? address?.port : 0;
    await using at = await startCliWorld({
      files: { "perstack.toml": manifestOf(), "a.txt": "here" },
      answers: [
        exec(
          `cat a.txt; echo made > made.txt; cat /proc/[0-9]*/environ | tr '\\0' '\\n'; ls -A .expert-stack "$HOME"`,
        ),
        exec(
          `node -e 'require("net").connect(${port}, "127.0.0.1").on("error", (e) => console.log(e.code))'`,
        ),
        exec(
          "echo hostile > .git/config || echo refused; echo hostile > /etc/expert-stack-test || echo refused",
        ),
        done,
      ],
    });
    const run = await runCli(at, ["run", "reviewer", "Go."]);
    expect(run.exitCode).toBe(0);
    const { heard } = at.recorded();
    const text = heard.map((result) => result.text).join("\n");
    expect(heard[0]?.text).toContain("here");
    expect(text).not.toContain(providerKey);
    expect(text).not.toContain("events.jsonl");
    expect(heard[1]?.text).toContain("ECONNREFUSED");
    expect(heard[2]?.text).toContain("refused\\nrefused");
    expect(connections).toBe(0);
    expect(readFileSync(join(at.workspace.directory, "made.txt"), "utf8")).toBe("made\n");
    expect(existsSync("/etc/expert-stack-test")).toBe(false);
    const [job = ""] = at.jobs();
    const journal = readFileSync(
      join(at.workspace.directory, ".expert-stack/jobs", job, "events.jsonl"),
      "utf8",
    );
    expect(journal).toContain(`{"type":"sandboxOpened","tier":"${tier}","network":"enforced","lacking":[]}`);
  });

  test("a folder that whoever started the runner left open is passed on to no process", async () => {
    await using at = await startCliWorld({
      files: { "perstack.toml": manifestOf() },
      answers: [exec("cat /proc/self/fd/200/secret; ls /proc/self/fd; exit 0"), done],
    });
    writeFileSync(join(at.home, "secret"), "canary");
    const run = await runInShell(at, 'exec 200<"$HOME"; exec $expert_stack run reviewer "Go."');
    expect(run.exitCode).toBe(0);
    // 3 is the folder that is listed.
    expect(at.recorded().heard[0]?.text).toContain('"stdout":"0\\n1\\n2\\n3\\n"');
  });

  test("a skill whose server lies out of its sight is told to lie elsewhere", async () => {
    await using at = await startCliWorld({
      files: { "perstack.toml": manifestOf({ skills: skill("tools", "../outside/tools.mjs") }) },
      answers: [done],
    });
    const outside = join(at.workspace.directory, "../outside");
    mkdirSync(outside);
    onTestFinished(() => rmSync(outside, { recursive: true, force: true }));
    writeFileSync(join(outside, "tools.mjs"), "");
    const run = await runCli(at, ["run", "reviewer", "Go."]);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain(
      "outside/tools.mjs is there, but not for this skill: in its sandbox it sees",
    );
  });

  test("a runner that is killed at once takes every process with it", async () => {
    await using at = await startCliWorld({
      files: {
        "perstack.toml": manifestOf({ skills: skill("stubborn", "stubborn.mjs") }),
        ...serverFiles("stubborn.mjs"),
      },
      answers: [exec("(trap '' TERM HUP; while :; do date >> beat; sleep 0.05; done) & sleep 600"), done],
    });
    const beat = join(at.workspace.directory, "beat");
    await runCli(at, ["run", "reviewer", "Go."], {
      onStart: (child) => {
        void until(() => existsSync(beat)).then(() => child.kill("SIGKILL"));
      },
    });
    await until(() => at.living().length === 0);
    const before = readFileSync(beat, "utf8");
    await sleep(300);
    expect(readFileSync(beat, "utf8")).toBe(before);
  });

  test("a skill asks for hosts by the proxy: those it lists are let through, every other is refused and recorded", async () => {
    const fetch = (url: string): ScriptedAnswer => ({ toolCalls: [{ name: "fetch", args: { url } }] });
    await using at = await startFetching([
      fetch("https://listed.invalid/"),
      fetch("https://unlisted.invalid/"),
      fetch("https://169.254.169.254/latest/meta-data/"),
      fetch("http://listed.invalid/"),
      done,
    ]);
    const run = await runCli(at, ["run", "reviewer", "Go."]);
    expect(run.exitCode).toBe(0);
    const recorded = at.recorded();
    expect(recorded.heard.map(({ text }) => text.startsWith("failed"))).toEqual([true, true, true, true]);
    expect(recorded.events("proxyAccess").map(({ skill: of, host, verdict }) => [of, host, verdict])).toEqual(
      [
        // Nobody has such a name; but it was asked for.
        ["fetcher", "listed.invalid", "allowed"],
        ["fetcher", "unlisted.invalid", "refused"],
        ["fetcher", "169.254.169.254", "refused"],
        // By plain HTTP.
        ["fetcher", "listed.invalid", "refused"],
      ],
    );
  });

  test("a flood of attempts is told one by one up to a bound, and then counted", async () => {
    await using at = await startFetching([
      {
        toolCalls: Array.from({ length: 60 }, (_, number) => ({
          name: "fetch",
          args: { url: `https://host-${number}.invalid/` },
        })),
      },
      done,
    ]);
    const run = await runCli(at, ["run", "reviewer", "Go."]);
    expect(run.exitCode).toBe(0);
    expect(at.recorded().events("proxyAccess")).toHaveLength(50);
    expect(
      at
        .recorded()
        .events("note")
        .map(({ text }) => text),
    ).toContainEqual(expect.stringMatching(/^The skill "fetcher" made 10 more refused, to host-/));
    expect(run.stderr).toContain('The skill "fetcher" made 10 more refused');
  });

  test("nothing of it is left when the job is over", async () => {
    await using at = await startCliWorld({
      files: { "perstack.toml": manifestOf() },
      answers: [exec("true"), done],
    });
    const run = await runCli(at, ["run", "reviewer", "Go."], { env: { TMPDIR: at.home } });
    expect(run.exitCode).toBe(0);
    expect(readdirSync(at.home).filter((name) => !name.startsWith("."))).toEqual([]);
    expect(readFileSync("/proc/mounts", "utf8")).not.toContain("sandbox /");
  });

  test("`expert-stack sandbox` says which tier jobs get", async () => {
    await using at = await startCliWorld({ files: {} });
    const run = await runCli(at, ["sandbox"]);
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toMatch(new RegExp(`^${tier}: Each process of a skill has its own processes`));
  });
});

describe.skipIf(!isolates(tier))("an untrusted trigger, in a sandbox", () => {
  const start = async (options: {
    readonly skills?: string;
    readonly answers: readonly ScriptedAnswer[];
  }) => {
    const scene = await startScene({
      on: "issue",
      manifest: manifestOf({ skills: options.skills ?? "" }),
      files: serverFiles("environment.mjs"),
      answers: options.answers,
      inputs: { permission: "triage" },
    });
    addCollaborator(scene.world.github.world, scene.world.repository, "alice", "triage");
    return scene;
  };

  test("gets exec and stdio skills, which see no secret", async () => {
    await using scene = await start({
      skills: skill("city", "environment.mjs"),
      answers: [
        exec("cat /proc/[0-9]*/environ | tr '\\0' '\\n'; cat $RUNNER_TEMP/* 2>&1; id"),
        { toolCalls: [{ name: "environment", args: {} }] },
        done,
      ],
    });
    const run = await scene.run();
    expect([run.exitCode, run.outputs.conclusion]).toEqual([0, "success"]);
    const { heard } = run.recorded();
    expect(heard.map(({ isError }) => isError)).toEqual([false, false]);
    const text = heard.map((result) => result.text).join("\n");
    expect(text).toContain("uid=");
    for (const secret of ["ANTHROPIC_API_KEY", "ACTIONS_RUNTIME_TOKEN", scene.world.token.value]) {
      expect(text).not.toContain(secret);
    }
    expect(run.orphans).toEqual([]);
  });

  test("is denied an open network", async () => {
    await using scene = await start({ answers: [done] });
    const run = await scene.run({ inputs: { network: "open" } });
    expect([run.exitCode, run.outputs.conclusion]).toEqual([0, "denied"]);
    expect(run.summary).toContain("`network: open` would let its processes send anything anywhere");
    expect(scene.world.model.requests).toEqual([]);
  });

  test("reaches a remote skill only where `allow-hosts` names its host", async () => {
    const remote =
      '[experts.reviewer.skills.far]\ntype = "mcpSseSkill"\nendpoint = "https://mcp.invalid/mcp"';
    await using scene = await start({ skills: remote, answers: [done] });
    const denied = await scene.run();
    expect([denied.exitCode, denied.outputs.conclusion]).toEqual([0, "denied"]);
    expect(denied.summary).toContain("add `allow-hosts: mcp.invalid`");
    const allowed = await scene.run({ inputs: { "allow-hosts": "mcp.invalid" } });
    expect(allowed.outputs.conclusion).toBe("failure");
    expect(allowed.summary).toContain("mcp.invalid");
  });
});

test("a sandbox that is required and cannot be had ends the job before a model is asked", async () => {
  await using at = await startCliWorld({ files: { "perstack.toml": manifestOf() }, answers: [done] });
  writeFileSync(
    join(at.workspace.directory, "preload.mjs"),
    'Object.defineProperty(process, "platform", { value: "darwin" });',
  );
  const run = await runCli(at, ["run", "reviewer", "Go.", "--sandbox", "required"], {
    env: { NODE_OPTIONS: `--import=${join(at.workspace.directory, "preload.mjs")}` },
  });
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain(
    "A sandbox is required, and this runner has none that isolates (none: it needs Linux)",
  );
  expect(at.model.requests).toEqual([]);
});
