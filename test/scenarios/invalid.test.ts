import { expect, test } from "vitest";
import { manifestOf, type SceneOptions, startScene } from "../helpers/expert-run.ts";

type Case = {
  readonly when: string;
  readonly scene?: Partial<SceneOptions>;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly says: readonly (string | RegExp)[];
};

const cases: readonly Case[] = [
  {
    when: "the provider's key is missing",
    env: { ANTHROPIC_API_KEY: "" },
    says: ["ANTHROPIC_API_KEY is not set", /secrets\.ANTHROPIC_API_KEY/],
  },
  {
    when: "the Expert is unknown",
    inputs: { expert: "reviewr" },
    says: ['There is no Expert "reviewr"', '"reviewer"'],
  },
  {
    when: "the manifest is malformed",
    scene: { manifest: 'model = "m"\n[experts.reviewer]\nversion = "1.0.0"\ninstruction = [1,\n' },
    says: [/perstack\.toml:\d+:\d+/],
  },
  {
    when: "the manifest breaks a rule",
    scene: { manifest: manifestOf({ top: 'maxSteps = "many"' }) },
    says: [/perstack\.toml:3:1/, "maxSteps"],
  },
  {
    when: "the manifest is missing",
    scene: { on: "dispatch" },
    inputs: { config: "experts.toml" },
    says: ["There is no experts.toml", "config"],
  },
  {
    when: "an input is not available yet",
    inputs: { "resume-from": "job1" },
    says: ["`resume-from: job1` is not available", "Leave it out"],
  },
  {
    when: "a budget in dollars is none",
    inputs: { "max-cost-usd": "$5" },
    says: ['`max-cost-usd` is "$5"', "such as 2.50"],
  },
  {
    when: "a price is none",
    inputs: { prices: "my-model=3" },
    says: ['`prices` is "my-model=3"', "model=input,output"],
  },
  {
    when: "an input has an impossible value",
    inputs: { "max-steps": "many" },
    says: ['`max-steps` is "many"', "whole number"],
  },
  ...["@acme/reviewer", "@acme/reviewer@1", "@acme/reviewer@stable"].map((expert) => ({
    when: `the Expert is ${expert}, and no registry is said`,
    inputs: { expert },
    says: ["@acme/reviewer", "no registry is said for @acme", '[registries.scopes] "@acme" ='],
  })),
  {
    when: "the Expert is of another repository, and only what is locked may run",
    inputs: { expert: "github:acme/x//perstack.toml@v1", frozen: "true" },
    says: ["github:acme/x//perstack.toml@v1", "expert-stack lock"],
  },
  {
    when: "the Expert is of a registry and there is no manifest",
    scene: { on: "dispatch" },
    inputs: { expert: "@acme/reviewer", config: "none.toml" },
    says: ["@acme/reviewer", "no registry is said for @acme"],
  },
];

test.each(cases)("when $when, the step is invalid, costs nothing, and says what to change", async (given) => {
  await using scene = await startScene({ on: "pull request", answers: [{ text: "never" }], ...given.scene });
  const run = await scene.run({
    ...(given.inputs && { inputs: given.inputs }),
    ...(given.env && { env: given.env }),
  });
  expect([run.exitCode, run.outputs.conclusion]).toEqual([2, "invalid"]);
  const annotation = /^::error title=Expert Stack%3A invalid \([A-Z_]+\)::(.*)$/m.exec(run.log)?.[1];
  for (const words of given.says) {
    expect(run.summary).toMatch(words);
    expect(annotation).toMatch(words);
  }
  expect(run.summary).toContain("What to do:");
  expect(run.summary).toContain("could not start");
  expect(run.summary).not.toContain("<code></code>");
  expect(run.log).not.toContain("defect");
  expect(scene.world.model.requests).toEqual([]);
  expect(run.comments).toEqual([]);
  expect(scene.world.results.artifacts).toEqual([]);
  expect(run.orphans).toEqual([]);
});

test("when the manifest itself has a key of a registry's form, it is that Expert", async () => {
  await using scene = await startScene({
    on: "dispatch",
    answers: [{ text: "Here." }],
    manifest: manifestOf().replace("[experts.reviewer]", '[experts."@acme/reviewer"]'),
  });
  const run = await scene.run({ inputs: { expert: "@acme/reviewer" } });
  expect([run.exitCode, run.outputs.conclusion, run.outputs["final-message"]]).toEqual([
    0,
    "success",
    "Here.",
  ]);
});
