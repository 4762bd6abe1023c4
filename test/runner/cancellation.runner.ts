import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { loadJob } from "../../src/edges/store/load-job.ts";
import { jobResult, printed, stageResult, summaryOf } from "../helpers/act-log.ts";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { manifestOf } from "../helpers/expert-run.ts";
import { readZip } from "../helpers/read-zip.ts";
import { runAct } from "../helpers/run-act.ts";
import { dispatchEvent } from "../helpers/webhook.ts";
import { workflow, workflowFile } from "./workflow.ts";

const post = { step: "expert", stage: "Post" } as const;

/** The only artifact, as the folder of a job that a person downloaded. */
const downloaded = (world: ActionWorld): string => {
  const directory = join(world.temporary, "downloaded");
  expect(world.results.artifacts).toHaveLength(1);
  for (const [name, bytes] of readZip(world.results.artifacts[0]?.bytes ?? Buffer.alloc(0))) {
    const file = join(directory, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  return directory;
};

// act knows no grace: it kills the step's process at once, as a real runner does only ten seconds after its signals.
test("given a run that is cancelled while the model thinks, post uploads what there is, whole", async () => {
  await using world = await startActionWorld({
    files: { "perstack.toml": manifestOf(), [workflowFile]: workflow({ on: "workflow_dispatch" }) },
    answers: (index) =>
      index === 0 ? { toolCalls: [{ name: "listDirectory", args: { path: "." } }] } : { fault: "stall" },
  });
  const run = await runAct(world, {
    webhook: await dispatchEvent(world, { by: "alice" }),
    actor: "alice",
    onStart: async (act) => {
      while (world.model.requests.length < 2 && act.exitCode === null) await sleep(20);
      act.kill("SIGINT");
    },
  });
  expect(run.exitCode).toBe(1);
  expect(jobResult(run.lines)).toBe("failure");
  expect(stageResult(run.lines, { step: "expert", stage: "Main" })).toBe("failure");
  expect(stageResult(run.lines, { step: "next", stage: "Main" })).toBeUndefined();

  expect(stageResult(run.lines, post)).toBe("success");
  const { entries } = loadJob(downloaded(world));
  const types = entries.map(({ event }) => event.type);
  expect(types).toContain("toolCallFinished");
  expect(types).not.toContain("jobFinished");
  const { name = "", id = 0 } = world.results.artifacts[0] ?? {};
  expect(printed(run.lines, post)).toContain(`in the artifact \`${name}\` (${id}`);
  expect(summaryOf(run.lines, post)).toContain(name);
});
