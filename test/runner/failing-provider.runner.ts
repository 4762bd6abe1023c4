import { expect, test } from "vitest";
import { jobResult, printedCommands, stageResult } from "../helpers/act-log.ts";
import { startActionWorld } from "../helpers/action-world.ts";
import { manifestOf } from "../helpers/expert-run.ts";
import { openIssue } from "../helpers/fake-github/populate-threads.ts";
import { runAct } from "../helpers/run-act.ts";
import { issueEvent } from "../helpers/webhook.ts";
import { readRecord, workflow, workflowFile } from "./workflow.ts";

const main = { step: "expert", stage: "Main" } as const;

test("given a key that the provider refuses, the step is red, annotated, and says what to do", async () => {
  await using world = await startActionWorld({
    files: { "perstack.toml": manifestOf(), [workflowFile]: workflow({ on: "issues" }) },
    answers: () => ({ status: 401, type: "authentication_error", message: "invalid x-api-key" }),
  });
  const issue = openIssue(world.github.world, world.repository, { author: "alice" });
  const webhook = await issueEvent(world, { number: issue.number, by: "alice" });

  const run = await runAct(world, { webhook, actor: "alice" });
  expect(stageResult(run.lines, main)).toBe("failure");
  expect(jobResult(run.lines)).toBe("failure");
  expect(run.exitCode).toBe(1);
  const errors = printedCommands(run.lines, main).filter(({ command }) => command === "error");
  expect(errors).toEqual([
    expect.objectContaining({
      arg: expect.stringContaining("invalid x-api-key"),
      kvPairs: { title: "Expert Stack: failure" },
    }),
  ]);
  expect(world.model.requests).toHaveLength(1);

  // What is said to people, and what later steps may go by.
  expect(issue.comments).toEqual([
    expect.objectContaining({ body: expect.stringContaining("invalid x-api-key") }),
  ]);
  expect(readRecord(world).outputs).toMatchObject({ conclusion: "failure", "final-message": "" });
  expect(stageResult(run.lines, { step: "next", stage: "Main" })).toBeUndefined();
  expect(stageResult(run.lines, { step: "expert", stage: "Post" })).toBe("success");
  expect(world.results.artifacts).toHaveLength(1);
});
