import { expect, test } from "vitest";
import { jobResult, printed, printedCommands, stageResult } from "../helpers/act-log.ts";
import { type ActionWorld, startActionWorld } from "../helpers/action-world.ts";
import { manifestOf } from "../helpers/expert-run.ts";
import { addComment, openIssue } from "../helpers/fake-github/populate-threads.ts";
import { runAct } from "../helpers/run-act.ts";
import { commentEvent } from "../helpers/webhook.ts";
import { readRecord, workflow, workflowFile } from "./workflow.ts";

const main = { step: "expert", stage: "Main" } as const;

const startWorld = (): Promise<ActionWorld> =>
  startActionWorld({
    files: { "perstack.toml": manifestOf(), [workflowFile]: workflow({ on: "issue_comment" }) },
    answers: [{ text: "A widget factory." }],
  });

const commandBy = async (world: ActionWorld, login: string) => {
  const issue = openIssue(world.github.world, world.repository, { author: "alice", title: "Odd widget" });
  const body = "/expert what is this?";
  const { id } = addComment(world.github.world, world.repository, issue, { author: login, body });
  const webhook = await commentEvent(world, { number: issue.number, comment: id, by: login });
  return { issue, webhook };
};

test("given a command by a writer, the answer is a comment on the issue", async () => {
  await using world = await startWorld();
  const { issue, webhook } = await commandBy(world, "alice");
  const run = await runAct(world, { webhook, actor: "alice" });
  expect(jobResult(run.lines)).toBe("success");
  expect(readRecord(world).outputs).toMatchObject({
    conclusion: "success",
    "final-message": "A widget factory.",
  });
  expect(JSON.stringify(world.model.requests[0]?.body.messages)).toContain("what is this?");
  expect(issue.comments.map(({ body }) => body)).toEqual([
    "/expert what is this?",
    expect.stringContaining("A widget factory."),
  ]);
});

test("given a command by a stranger, nothing is asked or posted, and the workflow goes on green", async () => {
  await using world = await startWorld();
  const { issue, webhook } = await commandBy(world, "bob");
  const run = await runAct(world, { webhook, actor: "bob" });
  expect(jobResult(run.lines)).toBe("success");
  expect(run.exitCode).toBe(0);
  expect(stageResult(run.lines, main)).toBe("success");
  expect(stageResult(run.lines, { step: "next", stage: "Main" })).toBe("success");
  expect(readRecord(world).outputs).toMatchObject({ conclusion: "denied", "comment-url": "" });
  expect(printed(run.lines, main)).toContain("Conclusion: denied. ");
  expect(printedCommands(run.lines, main).map(({ command }) => command)).not.toContain("error");
  expect(issue.comments).toHaveLength(1);
  expect(world.model.requests).toEqual([]);
  expect(world.results.artifacts).toEqual([]);
});
