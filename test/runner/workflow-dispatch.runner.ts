import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { jobResult, printed } from "../helpers/act-log.ts";
import { startActionWorld } from "../helpers/action-world.ts";
import { manifestOf } from "../helpers/expert-run.ts";
import { copyAction, providerKey, runAct } from "../helpers/run-act.ts";
import { dispatchEvent } from "../helpers/webhook.ts";
import { readRecord, workflow, workflowFile } from "./workflow.ts";

const fixtures = join(import.meta.dirname, "..", "fixtures", "mcp-servers");

const local = `
[experts.reviewer.skills.local]
type = "mcpStdioSkill"
command = "node"
args = ["skills/server.mjs"]
`;

/** Tells where it runs, from which file, and all that it was given. */
const server = `
import { send, serve } from "./raw-server.mjs";
const told = { cwd: process.cwd(), file: import.meta.filename, environment: process.env };
const content = [{ type: "text", text: JSON.stringify(told) }];
serve({ tools: ["tell"], onCall: ({ id }) => send({ id, result: { content } }) });
`;

test("given a manual run, a skill of the repository itself is started, with no secret of the job", async () => {
  await using world = await startActionWorld({
    files: {
      "perstack.toml": manifestOf({ skills: local }),
      "skills/server.mjs": server,
      "skills/raw-server.mjs": readFileSync(join(fixtures, "raw-server.mjs"), "utf8"),
      // The action is used from the checkout itself, as this project's own workflows do.
      [workflowFile]: workflow({ on: "workflow_dispatch", uses: "./" }),
    },
    answers: [{ toolCalls: [{ name: "tell", args: {} }] }, { text: "It told." }],
  });
  copyAction(world.checkout.directory);
  world.checkout.commit({}, "Add the action");
  world.checkout.mirrorTo(world.github.world, world.repository);

  const run = await runAct(world, {
    webhook: await dispatchEvent(world, { by: "alice" }),
    actor: "alice",
  });
  expect(jobResult(run.lines)).toBe("success");
  expect(printed(run.lines, { step: "expert", stage: "Main" })).toContain("connected local: raw 0.0.1\n");
  expect(readRecord(world).outputs).toMatchObject({ conclusion: "success", "final-message": "It told." });

  const answered = JSON.stringify(world.model.requests[1]?.body.messages);
  const told = JSON.parse(/\{\\+"cwd.*?\}\}/.exec(answered)?.[0]?.replaceAll("\\", "") ?? "{}");
  expect(told.file).toBe(join(told.cwd, "skills/server.mjs"));
  expect(
    Object.keys(told.environment).filter((name) => /^(GITHUB|ACTIONS|ANTHROPIC|INPUT)_/.test(name)),
  ).toEqual([]);
  expect(answered).not.toContain(providerKey);
  expect(answered).not.toContain(world.results.runtimeToken);
});
