import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { printed, stageResult, summaryOf } from "../helpers/act-log.ts";
import { startActionWorld } from "../helpers/action-world.ts";
import { manifestOf } from "../helpers/expert-run.ts";
import { addComment, addLabel, openIssue } from "../helpers/fake-github/populate-threads.ts";
import { actionReference, runAct } from "../helpers/run-act.ts";
import { commentEvent } from "../helpers/webhook.ts";

const root = join(import.meta.dirname, "..", "..");

/** As it is but for the reference to its own commit, which act does not know. */
const reusable = readFileSync(join(root, ".github/workflows/expert.yml"), "utf8").replaceAll(
  "$/.github/actions/expert",
  actionReference,
);

const caller = `
name: review
on: issue_comment
permissions: { contents: read, issues: write, pull-requests: write, actions: read }
jobs:
  expert:
    if: startsWith(github.event.comment.body, '/expert')
    uses: ./.github/workflows/reusable.yml
    with:
      expert: reviewer
      safe-outputs: |
        comment
        labels allow=bug
    secrets:
      ANTHROPIC_API_KEY: \${{ secrets.ANTHROPIC_API_KEY }}
`;

const start = (expert: string) =>
  startActionWorld({
    files: {
      "perstack.toml": manifestOf(),
      ".github/workflows/caller.yml": caller.replace("expert: reviewer", `expert: ${expert}`),
      ".github/workflows/reusable.yml": reusable,
    },
    answers: (index) =>
      index === 0
        ? { toolCalls: [{ name: "addLabels", args: { labels: ["bug"] } }] }
        : { text: "A widget factory." },
  });

const command = async (world: Awaited<ReturnType<typeof start>>, body: string) => {
  const { github, repository } = world;
  addLabel(github.world, repository, "bug");
  const issue = openIssue(github.world, repository, { author: "alice", title: "Odd widget" });
  const comment = addComment(github.world, repository, issue, { author: "alice", body });
  const webhook = await commentEvent(world, { number: issue.number, comment: comment.id, by: "alice" });
  return { issue, comment, webhook };
};

const main = (step: string) => ({ step, stage: "Main" }) as const;

test("given a command, one job acknowledges, one plans, and one publishes the plan of the one before it", async () => {
  await using world = await start("reviewer");
  const { issue, comment, webhook } = await command(world, "/expert what is this?");
  const run = await runAct(world, { webhook, actor: "alice" });
  expect(run.exitCode).toBe(0);
  for (const step of ["ack", "plan", "publish"]) expect(stageResult(run.lines, main(step))).toBe("success");
  expect(issue.labels).toEqual(["bug"]);
  expect(issue.comments.map(({ body }) => body)).toEqual([
    "/expert what is this?",
    expect.stringContaining("A widget factory."),
  ]);
  expect(comment.reactions.map(({ content }) => content)).toEqual(["rocket"]);
  expect(printed(run.lines, main("plan"))).toContain("Conclusion: planned");
  expect(printed(run.lines, main("publish"))).toContain("Conclusion: success");
  expect(summaryOf(run.lines, main("publish"))).toContain("- labels: 1");
  expect(world.github.world.unknownRoutes).toEqual([]);
  expect(world.github.world.violations).toEqual([]);
});

test("given an Expert that there is not, the job that plans and the one that publishes fail, with nothing published", async () => {
  await using world = await start("nobody");
  const { issue, webhook } = await command(world, "/expert what is this?");
  const run = await runAct(world, { webhook, actor: "alice" });
  expect(run.exitCode).not.toBe(0);
  expect(stageResult(run.lines, main("plan"))).toBe("failure");
  expect(stageResult(run.lines, main("publish"))).toBe("failure");
  expect(summaryOf(run.lines, main("publish"))).toContain("The job that plans ended as `invalid`");
  expect(issue.comments).toHaveLength(1);
});
