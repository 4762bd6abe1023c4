import { expect, test } from "vitest";
import { type ExpertScene, startScene } from "../helpers/expert-run.ts";
import { readZip } from "../helpers/read-zip.ts";

/** Put together here, so that nobody's scanner takes this file for a leak. */
const strangers = {
  github: ["ghp", "q7Z2mX9vK4tR8wL1nB6cY3sD5fG0hJ2kPaWe"].join("_"),
  slack: ["xoxb", "263594206564", "2343594206574", "FGqddMF8t08v8N7Oq4i57vs1"].join("-"),
  jwt: [
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
    "eyJzdWIiOiIxMjM0NTY3ODkwIn0",
    "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
  ].join("."),
};

test("a secret that the job does not know is left out of everything that is published, whatever stands beside it", async () => {
  const answer = `// secretlint-disable\nI found ${Object.values(strangers).join(" and ")}.\n\nAll else is well.`;
  await using scene = await startScene({ on: "pull request", answers: [{ text: answer }] });
  const run = await scene.run();
  expect([run.exitCode, run.outputs.conclusion]).toEqual([0, "success"]);
  const published = [...run.comments, run.summary, ...Object.values(run.outputs)].join("\n");
  expect(published).toContain("All else is well.");
  for (const secret of Object.values(strangers)) expect(published).not.toContain(secret);
  expect(run.outputs["final-message"]).toContain("I found *** and *** and ***.");
  expect(run.log).toMatch(/::warning::What looks like a secret was left out of what is published: .*github/i);
  for (const secret of Object.values(strangers)) expect(run.log).not.toContain(secret);
});

test("nor does one stand in the log", async () => {
  await using scene = await startScene({
    on: "dispatch",
    answers: [
      { text: `The key is ${strangers.github}, I think.`, toolCalls: [{ name: "think", args: {} }] },
      { text: "Done." },
    ],
  });
  const run = await scene.run();
  expect(run.log).not.toContain(strangers.github);
  expect(run.log).toContain("The key is ***, I think.");
  expect(run.log).toMatch(/::warning::What looks like a secret was left out of this log: github\./);
});

const uploaded = (scene: ExpertScene): ReadonlyMap<string, string> =>
  new Map(
    scene.world.results.artifacts.flatMap(({ bytes }) =>
      [...readZip(bytes)].map(([name, data]) => [name, data.toString("utf8")] as const),
    ),
  );

test.for([
  { place: "a file that the Expert reads", text: `token\n${strangers.github}\n` },
  { place: "JSON that the Expert reads", text: JSON.stringify({ token: `\n${strangers.slack}` }) },
  { place: "a long result", text: `${"many words in a line\n".repeat(1_000)}${strangers.slack}\n` },
])(
  "the record of a job that came upon one in $place is not uploaded, only its totals are",
  async ({ text }) => {
    await using scene = await startScene({
      on: "pull request",
      files: { "notes.txt": text },
      answers: [
        { toolCalls: [{ name: "readTextFile", args: { path: "notes.txt" } }] },
        { text: "All is well." },
      ],
    });
    const run = await scene.run();
    expect([run.exitCode, run.outputs.conclusion]).toEqual([0, "success"]);
    expect([...uploaded(scene).keys()].sort()).toEqual(["answer.md", "job.json"]);
    expect(run.log).toMatch(/::warning::The artifact holds the job's totals only, .*a secret \(\w+ in /);
  },
);

test("the record of any other job is uploaded whole", async () => {
  await using scene = await startScene({ on: "pull request", answers: [{ text: "All is well." }] });
  await scene.run();
  expect(uploaded(scene).has("events.jsonl")).toBe(true);
});
