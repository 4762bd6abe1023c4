import { expect, test } from "vitest";
import { parse } from "yaml";
import { registryWorkflows } from "../../src/registry/registry-workflows.ts";

const workflows = registryWorkflows({ action: "acme/action@v1", header: "", tags: "named" });
const workflow = (name: string) => parse(workflows.get(`.github/workflows/registry-${name}.yml`) ?? "");

test("`registry check` runs as the default branch has it, on events whose sender is who pushed", () =>
  expect(workflow("check").on).toEqual({ pull_request_target: { types: ["opened", "synchronize"] } }));

test("`registry check` has nothing of a pull request in its checkout, and a token that can only read", () => {
  const { check } = workflow("check").jobs;
  expect([workflow("check").permissions, check.permissions]).toEqual([{}, { contents: "read" }]);
  expect(check.steps[0].with).toEqual({ "fetch-depth": 0, "persist-credentials": false });
});

test("what a branch's protection asks for is called `registry check`, which is the name of a job", () =>
  expect(workflow("check").jobs.check.name).toBe("registry check"));
