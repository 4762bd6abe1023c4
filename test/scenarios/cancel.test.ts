import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { jobOf, textsOf } from "../helpers/artifact-job.ts";
import { type ExpertScene, manifestOf, type StepOptions, startScene } from "../helpers/expert-run.ts";
import type { ScriptedAnswer } from "../helpers/model-server.ts";
import type { ActionRun } from "../helpers/run-action.ts";
import { runCli, startCliWorld } from "../helpers/run-cli.ts";

/** A runner that cancels a step sends SIGINT, 7.5 seconds later SIGTERM, and after another 2.5 it kills. */
const runnerWaitsMs = 7_500;

const reads: ScriptedAnswer = { toolCalls: [{ name: "readTextFile", args: { path: "a.txt" } }] };
const stalls: ScriptedAnswer = { fault: "stall" };

/** A tool that says by a file that it runs, and neither it nor its child obeys SIGTERM. */
const stubborn: ScriptedAnswer = {
  toolCalls: [
    {
      name: "exec",
      args: {
        command: "sh",
        args: ["-c", "trap '' TERM; (trap '' TERM; sleep 600) & touch begun; sleep 600"],
      },
    },
  ],
};

const modelThinks = (scene: ExpertScene): boolean => scene.world.model.requests.length >= 2;
const toolRuns = (scene: ExpertScene): boolean => existsSync(join(scene.world.checkout.directory, "begun"));

const until = async (isSo: () => boolean): Promise<void> => {
  for (const end = Date.now() + 10_000; !isSo(); await sleep(10)) {
    if (Date.now() > end) throw new Error("it never came to that");
  }
};

/** Runs a step and sends it signals, `pauseMs` apart, once it is as far as told. */
const runAndSend = async (
  scene: ExpertScene,
  told: {
    readonly when: (scene: ExpertScene) => boolean;
    readonly signals: readonly NodeJS.Signals[];
    readonly pauseMs?: number;
    readonly inputs?: StepOptions["inputs"];
  },
) => {
  let sentAt = 0;
  let sending = Promise.resolve();
  const send = async (child: ChildProcess): Promise<void> => {
    await until(() => told.when(scene));
    sentAt = Date.now();
    for (const signal of told.signals) {
      child.kill(signal);
      await sleep(told.pauseMs ?? 100);
    }
  };
  const run = await scene.run({
    ...(told.inputs === undefined ? {} : { inputs: told.inputs }),
    onStart: (child) => {
      sending = send(child);
    },
  });
  const tookMs = Date.now() - sentAt;
  await sending;
  return { ...run, tookMs };
};

const journalOf = ({ state }: ActionRun): string =>
  readFileSync(join(state.jobDirectory ?? "", "events.jsonl"), "utf8");

describe("a step that is cancelled", () => {
  test.each([
    ["the model thinks", [reads, stalls], modelThinks],
    ["a tool runs that ignores SIGTERM", [reads, stubborn], toolRuns],
  ] as const)("while %s saves at once, leaves nobody, and post uploads it", async (_, answers, when) => {
    await using scene = await startScene({ on: "pull request", answers });
    const { results } = scene.world;
    // The second one comes while the tool is being ended, too late to be the same press of Ctrl-C.
    const main = await runAndSend(scene, { when, signals: ["SIGINT", "SIGTERM"], pauseMs: 400 });
    expect([main.exitCode, main.signal]).toEqual([130, null]);
    expect(main.tookMs).toBeLessThan(runnerWaitsMs / 3);
    expect(main.orphans).toEqual([]);
    expect(main.outputs).toMatchObject({ conclusion: "failure", "artifact-id": "", "comment-url": "" });
    expect(main.summary).toContain("SIGINT");
    expect(main.comments).toEqual([]);
    expect(results.requests).toEqual([]);

    const post = await scene.post(main);
    expect([post.exitCode, post.log.includes("::warning")]).toEqual([0, false]);
    expect(results.artifacts).toHaveLength(1);
    const [artifact] = results.artifacts;
    expect(artifact?.name).toBe(`expert-stack-${main.outputs["job-id"]}-1`);
    expect(Object.keys(textsOf(artifact)).sort()).toEqual(["answer.md", "events.jsonl", "job.json"]);
    const { entries, head } = jobOf(artifact);
    const events = entries.map(({ event }) => event);
    expect(events.filter(({ type }) => type === "toolCallFinished")).toHaveLength(1);
    expect(events).toContainEqual({ type: "interrupted", signal: "SIGINT" });
    expect(events.at(-1)).toEqual({
      type: "jobFinished",
      outcome: { type: "interrupted", signal: "SIGINT" },
    });
    expect(head?.head.seq).toBe(entries.length);
    expect(post.summary).toContain(`${artifact?.name}`);
    expect(post.summary).toContain(`${artifact?.digest}`);
    expect(main.recorded().entries).toEqual(entries);
    expect(scene.world.repository.issues.get(1)?.comments).toEqual([]);
  });

  test("before its job has begun asks no model and posts nothing", async () => {
    await using scene = await startScene({ on: "pull request", answers: [{ text: "Never said." }] });
    const { github, model, results } = scene.world;
    github.failNext({ path: /\/collaborators\/alice\/permission$/, delayMs: 1_000 });
    const isAsked = () => github.world.requests.some(({ path }) => path.endsWith("/permission"));
    const main = await runAndSend(scene, { when: isAsked, signals: ["SIGINT"] });
    expect(main.exitCode).toBe(130);
    expect(model.requests).toEqual([]);
    expect(main.comments).toEqual([]);
    expect((await scene.post(main)).exitCode).toBe(0);
    expect(results.artifacts).toHaveLength(1);
    expect(jobOf(results.artifacts[0]).entries.at(-1)?.event.type).toBe("jobFinished");
  });

  test("while its artifact is being uploaded finishes that and posts no comment", async () => {
    await using scene = await startScene({ on: "pull request", answers: [{ text: "All is well." }] });
    const { results } = scene.world;
    results.failNext({ path: /CreateArtifact/, delayMs: 1_000 });
    const main = await runAndSend(scene, { when: () => results.requests.length > 0, signals: ["SIGINT"] });
    expect(main.exitCode).toBe(130);
    expect(main.comments).toEqual([]);
    expect(main.outputs).toMatchObject({ conclusion: "undelivered", "final-message": "All is well." });
    expect(main.summary).toContain("comment: the step was cancelled by SIGINT");
    const post = await scene.post(main);
    expect([post.exitCode, post.summary]).toEqual([0, ""]);
    expect(results.artifacts).toHaveLength(1);
  });
});

describe("a step that is killed", () => {
  test("leaves to post everything that was journaled, byte for byte", async () => {
    await using scene = await startScene({ on: "pull request", answers: [reads, stalls] });
    const main = await runAndSend(scene, { when: modelThinks, signals: ["SIGKILL"] });
    expect([main.exitCode, main.signal, main.summary]).toEqual([null, "SIGKILL", ""]);
    const post = await scene.post(main);
    expect(post.exitCode).toBe(0);
    const [artifact, ...others] = scene.world.results.artifacts;
    expect(others).toEqual([]);
    expect(textsOf(artifact)["events.jsonl"]).toBe(journalOf(main));
    const types = jobOf(artifact).entries.map(({ event }) => event.type);
    expect(types).toEqual(expect.arrayContaining(["jobStarted", "runStarted", "toolCallFinished"]));
    expect(types).not.toContain("jobFinished");
    expect(post.summary).toContain(`${artifact?.id}`);
    expect(scene.world.repository.issues.get(1)?.comments).toEqual([]);
  });

  test("in the middle of its upload has its record uploaded under another name", async () => {
    await using scene = await startScene({ on: "pull request", answers: [{ text: "All is well." }] });
    const { results } = scene.world;
    results.failNext({ method: "PUT", path: /^\/store\//, delayMs: 5_000 });
    const isUploading = () => results.requests.some(({ method }) => method === "PUT");
    const main = await runAndSend(scene, { when: isUploading, signals: ["SIGKILL"] });
    expect(main.signal).toBe("SIGKILL");
    const post = await scene.post(main);
    expect([post.exitCode, post.log.includes("::warning")]).toEqual([0, false]);
    const [artifact, ...others] = results.artifacts;
    expect(others).toEqual([]);
    expect(artifact?.name).toMatch(/^expert-stack-.+-1-post$/);
    expect(jobOf(artifact).entries.at(-1)?.event.type).toBe("jobFinished");
    expect(textsOf(artifact)["answer.md"]).toBe("All is well.");
    expect(post.summary).toContain(`${artifact?.name}`);
  });
});

describe("post", () => {
  test("does nothing after a step that delivered", async () => {
    await using scene = await startScene({ on: "pull request", answers: [{ text: "All is well." }] });
    const { results, github } = scene.world;
    const main = await scene.run();
    expect([main.exitCode, results.artifacts.length, main.comments.length]).toEqual([0, 1, 1]);
    const before = [results.requests.length, github.world.requests.length];
    const post = await scene.post(main);
    expect([post.exitCode, post.log, post.summary]).toEqual([0, "", ""]);
    expect([results.requests.length, github.world.requests.length]).toEqual(before);
    expect(results.artifacts).toHaveLength(1);
  });

  test("runs no job when main was killed before it left a word", async () => {
    await using scene = await startScene({ on: "pull request", answers: [{ text: "Never asked for." }] });
    const post = await scene.post({ state: {} });
    expect([post.exitCode, post.log, post.summary]).toEqual([0, "", ""]);
    expect(scene.world.model.requests).toEqual([]);
  });

  test("does nothing after a step that never had a job", async () => {
    await using scene = await startScene({ on: "pull request", answers: [] });
    const main = await scene.run({ inputs: { permission: "nonsense" } });
    expect(main.exitCode).toBe(2);
    const post = await scene.post(main, { inputs: { permission: "nonsense" } });
    expect([post.exitCode, post.log, post.summary]).toEqual([0, "", ""]);
    expect(scene.world.results.requests).toEqual([]);
  });

  test.each(["SIGINT", "SIGKILL"] as const)(
    "uploads nothing with `artifact: none` after %s",
    async (signal) => {
      await using scene = await startScene({ on: "pull request", answers: [reads, stalls] });
      const inputs = { artifact: "none" };
      const main = await runAndSend(scene, { when: modelThinks, signals: [signal], inputs });
      expect(main.exitCode).toBe(signal === "SIGINT" ? 130 : null);
      const post = await scene.post(main, { inputs });
      expect([post.exitCode, post.log, post.summary]).toEqual([0, "", ""]);
      expect(scene.world.results.requests).toEqual([]);
    },
  );

  test("warns and passes when the results service refuses, and names the reason", async () => {
    await using scene = await startScene({ on: "pull request", answers: [reads, stalls] });
    const main = await runAndSend(scene, { when: modelThinks, signals: ["SIGINT"] });
    scene.world.results.failNext({ path: /CreateArtifact/, status: 403, body: { msg: "not your run" } });
    const post = await scene.post(main);
    expect(post.exitCode).toBe(0);
    expect(post.log).toMatch(/::warning::.*was not uploaded.*403.*not your run/);
    expect(post.summary).toBe("");
    expect(scene.world.results.artifacts).toEqual([]);
  });

  test("keeps the days of `retention-days`", async () => {
    await using scene = await startScene({ on: "pull request", answers: [reads, stalls] });
    const inputs = { "retention-days": "3" };
    const main = await runAndSend(scene, { when: modelThinks, signals: ["SIGKILL"], inputs });
    await scene.post(main, { inputs });
    const expiresAt = Date.parse(scene.world.results.artifacts[0]?.expiresAt ?? "");
    expect(Math.round((expiresAt - Date.now()) / 86_400_000)).toBe(3);
  });
});

describe("an artifact of `artifact: summary`", () => {
  const canaries = {
    instruction: "canary-instruction-1f2e",
    prompt: "canary-prompt-3d4c",
    file: "canary-file-7980",
    argument: "canary-argument-a1b2",
  };
  const large = `${canaries.file} `.repeat(4_000);
  const scene = async (last: ScriptedAnswer): Promise<ExpertScene> =>
    await startScene({
      on: "pull request",
      manifest: manifestOf().replace("You review pull requests.", canaries.instruction),
      files: { "b.txt": canaries.file, "large.txt": large },
      answers: [
        {
          text: `I look at it: ${canaries.argument}.`,
          toolCalls: [
            { name: "readTextFile", args: { path: "b.txt" } },
            { name: "readTextFile", args: { path: "large.txt" } },
            { name: "getFileInfo", args: { path: canaries.argument } },
          ],
        },
        last,
      ],
    });
  const inputs = { artifact: "summary", prompt: canaries.prompt };

  const expectNoCanary = (files: Readonly<Record<string, string>>): void => {
    for (const [name, canary] of Object.entries(canaries)) {
      expect(JSON.stringify(files).includes(canary), `the ${name}'s canary`).toBe(false);
    }
  };

  test("holds neither prompts nor tool results when the step delivered it", async () => {
    await using at = await scene({ text: "All is well." });
    const main = await at.run({ inputs });
    expect(main.outputs.conclusion).toBe("success");
    // They are there to be left out.
    for (const canary of Object.values(canaries)) expect(journalOf(main)).toContain(canary);
    const files = textsOf(at.world.results.artifacts[0]);
    expect(Object.keys(files).sort()).toEqual(["answer.md", "job.json"]);
    expect(files["answer.md"]).toBe("All is well.");
    expectNoCanary(files);
  });

  test.each(["SIGINT", "SIGKILL"] as const)("nor when post uploads it after %s", async (signal) => {
    await using at = await scene(stalls);
    const main = await runAndSend(at, { when: modelThinks, signals: [signal], inputs });
    const post = await at.post(main, { inputs });
    expect(post.exitCode).toBe(0);
    const files = textsOf(at.world.results.artifacts[0]);
    expect(Object.keys(files)).toContain("job.json");
    expect(Object.keys(files)).not.toContain("events.jsonl");
    expectNoCanary(files);
    expect(post.summary).not.toContain("canary");
  });
});

describe("a second signal on the command line", () => {
  const world = async () =>
    await startCliWorld({
      files: {
        "perstack.toml": manifestOf({
          skills: `
[experts.reviewer.skills.stubborn]
type = "mcpStdioSkill"
command = "node"
args = ["stubborn.mjs"]
`,
        }),
        ...Object.fromEntries(
          ["stubborn.mjs", "raw-server.mjs"].map((name) => [
            name,
            readFileSync(join(import.meta.dirname, "../fixtures/mcp-servers", name), "utf8"),
          ]),
        ),
      },
      answers: [stalls],
    });

  const runAndPress = async (at: Awaited<ReturnType<typeof world>>, pauseMs: number) => {
    let sending = Promise.resolve();
    // A sandbox would end such a skill at once.
    const run = await runCli(at, ["run", "reviewer", "Go.", "--sandbox", "off"], {
      onStart: (child) => {
        sending = (async () => {
          await until(() => at.model.requests.length > 0);
          child.kill("SIGINT");
          await sleep(pauseMs);
          child.kill("SIGINT");
        })();
      },
    });
    await sending;
    return run;
  };

  test("is the same press when it comes at once, from the terminal and from npm: the job is saved", async () => {
    await using at = await world();
    const run = await runAndPress(at, 30);
    expect(run.exitCode).toBe(130);
    expect(at.recorded().outcome).toEqual({ type: "interrupted", signal: "SIGINT" });
    expect(at.living()).toEqual([]);
  });

  test("ends everything at once when it comes later, a skill that ignores SIGTERM too", async () => {
    await using at = await world();
    // In the middle between one press (300 ms) and the end of such a skill (700 ms), for a machine that is slow.
    const run = await runAndPress(at, 500);
    expect(run.exitCode).toBe(130);
    // It has not waited for the skill, which needs longer than that to be ended.
    expect(() => at.recorded()).toThrow("job.json is not at the journal's end");
    await until(() => at.living().length === 0);
  });
});
