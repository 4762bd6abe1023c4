import examples from "@octokit/webhooks-examples" with { type: "json" };
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { readTrigger } from "../../src/request/read-trigger.ts";

const Examples = z.array(
  z.object({ name: z.string(), examples: z.array(z.record(z.string(), z.unknown())) }),
);
const all = Examples.parse(examples);

const answered = new Map([
  ["pull_request", "pullRequest"],
  ["pull_request_review", "review"],
  ["pull_request_review_comment", "reviewComment"],
  ["issues", "issue"],
  ["issue_comment", "issueComment"],
  ["workflow_run", "workflowRun"],
  ["workflow_dispatch", "workflowDispatch"],
  ["repository_dispatch", "repositoryDispatch"],
  ["release", "release"],
  ["push", "push"],
]);

/** GitHub's own examples of what it sends: https://github.com/octokit/webhooks */
const cases = all.flatMap(({ name, examples }) =>
  examples.map((example, index) => ({ name, index, action: String(example.action ?? ""), example })),
);

describe("given GitHub's examples of payloads", () => {
  it("there are some of every event that is answered", () => {
    expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining([...answered.keys()]));
  });

  it.each(cases.filter(({ name }) => answered.has(name)))("$name $action ($index) is read", (of) => {
    const trigger = readTrigger(of.name, of.example);
    expect(trigger.type).toBe(answered.get(of.name));
    expect(trigger).toMatchObject({ action: of.action, sender: { login: expect.stringMatching(/./) } });
  });

  it.each(all.filter(({ name }) => !answered.has(name)))(
    "$name is not answered, and says so",
    ({ name, examples }) => {
      for (const example of examples) {
        expect(readTrigger(name, example)).toMatchObject({
          type: "unsupported",
          reason: expect.stringContaining(`"${name}"`),
        });
      }
    },
  );
});

const example = (name: string, action: string) => {
  const found = cases.find((one) => one.name === name && one.action === action);
  if (found === undefined) throw new Error(`no example of ${name} ${action}`);
  return readTrigger(name, found.example);
};

describe("what a person did to a thread", () => {
  it.each([
    ["pull_request", "labeled", { type: "label", name: "bug" }],
    ["issues", "labeled", { type: "label", name: expect.any(String) }],
    ["pull_request", "assigned", { type: "assignment", login: "Codertocat" }],
    ["issues", "assigned", { type: "assignment", login: "Codertocat" }],
  ])("%s %s is a route", (name, action, route) => {
    expect(example(name, action)).toMatchObject({ route });
  });

  it.each([
    ["pull_request", "unlabeled"],
    ["issues", "opened"],
  ])("%s %s is none", (name, action) => {
    expect(example(name, action)).not.toHaveProperty("route");
  });
});
