import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createJob } from "../../src/edges/store/create-job.ts";
import { loadJournal } from "../../src/edges/store/load-job.ts";
import { startActionWorld } from "../helpers/action-world.ts";
import { manifestOf } from "../helpers/expert-run.ts";
import { openPullRequest } from "../helpers/fake-github/populate-threads.ts";
import { type CliRun, type CliWorld, runCli, startCliWorld } from "../helpers/run-cli.ts";
import { runStep } from "../helpers/step-run.ts";
import { pullRequestEvent } from "../helpers/webhook.ts";

const root = join(import.meta.dirname, "..", "..");

const payload = (name: string): string =>
  readFileSync(join(root, "test", "fixtures", "payloads", `${name}.json`), "utf8");

const startWorld = async (event: string): Promise<CliWorld> =>
  await startCliWorld({ files: { "perstack.toml": manifestOf(), "event.json": event } });

const rehearse = async (world: CliWorld, ...more: readonly string[]): Promise<CliRun> =>
  await runCli(world, ["run", "reviewer", "--event", "event.json", "--dry-run", ...more]);

describe("given an event's payload on a laptop, without a network", () => {
  test("a comment's rehearsal shows decision, prompt and comment, and runs nothing", async () => {
    await using world = await startWorld(payload("issue_comment.created"));
    const run = await rehearse(world);
    expect([run.exitCode, run.stderr]).toEqual([0, ""]);
    for (const text of [
      "# Rehearsal of `issue_comment`",
      "- the role of mallory: write, assumed",
      "**admitted, trusted**, `reviewer` is asked",
      "You review pull requests.",
      "Question of the comment",
      "is this safe?",
      '<!-- expert-stack {"v":1',
    ]) {
      expect(run.stdout).toContain(text);
    }
    expect(world.model.requests).toEqual([]);
    expect(() => world.jobs()).toThrow("ENOENT");
  });

  test("who is assumed to have no role is denied, or untrusted where anybody may ask", async () => {
    await using world = await startWorld(payload("issues.opened"));
    const denied = await rehearse(world, "--assume-role", "write,mallory=read", "--json");
    expect(JSON.parse(denied.stdout).decision).toEqual({
      conclusion: "denied",
      reason: "mallory has no role in acme/app; this step asks for `write`.",
      remedy:
        "Lower `permission`, name the person in `allow-users`, or let anybody ask: `permission: none` with `max-jobs-per-actor: 5`.",
    });
    const anybody = ["--permission", "none", "--max-jobs-per-actor", "3", "--assume-role", "none"];
    const letIn = await rehearse(world, ...anybody, "--json");
    expect(JSON.parse(letIn.stdout).decision).toMatchObject({ conclusion: "admitted", trust: "untrusted" });
  });

  test("a fork's pull request is skipped for want of secrets, and red where `on-skip` says so", async () => {
    await using world = await startWorld(payload("pull_request.fork"));
    const ambiguous = await rehearse(world);
    expect([ambiguous.exitCode, ambiguous.stdout]).toEqual([2, ""]);
    expect(ambiguous.stderr).toContain("--event-name pull_request");
    const run = await rehearse(world, "--event-name", "pull_request", "--on-skip", "fail");
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain("GitHub gives such a run no secrets");
    expect(run.stdout).not.toContain("## Prompt");
  });

  test("what a recorded job asked for is held against the step's policy", async () => {
    await using world = await startWorld(payload("issues.opened"));
    using log = createJob({ root: world.home, jobId: "j", hide: "plain" });
    const entries = loadJournal(join(root, "experts/tour.recorded.jsonl")).map(({ event }) => event);
    const planned = ["bug", "deploy"].map(
      (label, index) =>
        ({
          type: "outputPlanned",
          runId: "r0",
          toolCallId: `call_1_${index}`,
          output: { kind: "labels", labels: [label] },
        }) as const,
    );
    log.append([...entries.slice(0, -1), ...planned, ...entries.slice(-1)], 1);
    const recorded = ["--recorded", join(log.directory, "events.jsonl")];
    const run = await rehearse(world, "--safe-outputs", "comment\nlabels allow=bug", ...recorded, "--json");
    const { outputs } = JSON.parse(run.stdout);
    expect(outputs.tools.map(({ name }: { name: string }) => name)).toEqual(["addLabels"]);
    expect(outputs.plan.outputs).toEqual([{ kind: "labels", labels: ["bug"] }]);
    expect(outputs.plan.refused).toEqual([
      expect.stringContaining('"deploy" is not one that this step allows'),
    ]);
    expect(outputs.comment).toContain("`src/job/` is the heart");
  });

  test("what `safe-outputs` names and an issue has nothing for is said", async () => {
    await using world = await startWorld(payload("issues.opened"));
    const { stdout } = await rehearse(world, "--safe-outputs", "comment\nreview\ncheck\nlabels allow=bug");
    expect(stdout).toContain("In `safe-outputs`, and not possible on this event: `review`, `check`.");
  });

  test("of an event that nobody answers, those are named that somebody does", async () => {
    await using world = await startWorld('{"discussion":{}}');
    const run = await rehearse(world);
    expect([run.exitCode, run.stdout]).toEqual([2, ""]);
    expect(run.stderr).toMatch(/Experts answer .*pull_request, .*issues, .* and no others\./);
  });

  test.each([
    ["without `--dry-run`", ["--event", "event.json"], "is not available"],
    ["with a query", ["Look.", "--event", "event.json", "--dry-run"], "the query is made from the event"],
    ["without an event", ["--dry-run"], "--event payload.json --dry-run"],
    ["of a file that is no payload", ["--event", "perstack.toml", "--dry-run"], "is no payload"],
    [
      "with a role that there is not",
      ["--event", "event.json", "--dry-run", "--assume-role", "boss"],
      "boss",
    ],
    ["an input of the action on a run", ["Look.", "--permission", "none"], "rehearsal of an event"],
  ] as const)("%s it is refused", async (_, args, says) => {
    await using world = await startWorld(payload("issues.opened"));
    const run = await runCli(world, ["run", "reviewer", ...args]);
    expect([run.exitCode, run.stdout]).toEqual([2, ""]);
    expect(run.stderr).toContain(says);
    expect(world.model.requests).toEqual([]);
  });
});

test("given a token, GitHub is asked, by reading alone, and the prompt is the very one of the run", async () => {
  const files = { "perstack.toml": manifestOf(), "a.txt": "one\n" };
  await using world = await startActionWorld({ files, answers: () => ({ text: "Fine." }) });
  const { github, repository, checkout } = world;
  checkout.checkout("feature");
  checkout.commit({ "a.txt": "two\n" });
  checkout.mirrorTo(github.world, repository);
  const pull = openPullRequest(github.world, repository, { author: "alice", head: "feature" });
  const webhook = await pullRequestEvent(world, { number: pull.number, by: "alice" });
  const ran = await runStep(world, { webhook, inputs: { expert: "reviewer" } });
  const event = JSON.stringify(webhook.payload);
  await using laptop = await startCliWorld({ files: { ...files, "event.json": event } });
  const asked = github.world.requests.length;
  const run = await runCli(
    laptop,
    ["run", "reviewer", "--event", "event.json", "--event-name", "pull_request", "--dry-run", "--json"],
    { env: { GITHUB_TOKEN: world.token.value, GITHUB_API_URL: github.url } },
  );
  const { prompt, asked: questions } = JSON.parse(run.stdout);
  expect(prompt.query).toContain("+two");
  expect([prompt.query, prompt.system]).toEqual([ran.prompts[0]?.query, ran.prompts[0]?.system]);
  expect(questions).toContainEqual({ question: "the role of alice", answer: "write" });
  const methods = github.world.requests.slice(asked).map(({ method }) => method);
  expect(new Set(methods)).toEqual(new Set(["GET"]));
});
