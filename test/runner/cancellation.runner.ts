import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { jobResult, printed, stageResult } from "../helpers/act-log.ts";
import { startActionWorld } from "../helpers/action-world.ts";
import { manifestOf } from "../helpers/expert-run.ts";
import { runAct } from "../helpers/run-act.ts";
import { dispatchEvent } from "../helpers/webhook.ts";
import { workflow, workflowFile } from "./workflow.ts";

test("given a cancelled run", async () => {
  await using world = await startActionWorld({
    files: { "perstack.toml": manifestOf(), [workflowFile]: workflow({ on: "workflow_dispatch" }) },
    answers: () => ({ fault: "stall" }),
  });
  const run = await runAct(world, {
    webhook: await dispatchEvent(world, { by: "alice" }),
    actor: "alice",
    onStart: async (act) => {
      while (world.model.requests.length === 0) await sleep(20);
      act.kill("SIGINT");
    },
  });
  console.log(run.lines.map((l) => `${l.stage} ${l.stepID} ${l.stepResult ?? ""} ${l.msg}`).join("\n"));
  console.log(world.results.artifacts);
  expect(run.exitCode).toBe(1);
});
