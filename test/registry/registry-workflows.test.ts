import { expect, test } from "vitest";
import { parse } from "yaml";
import { registryWorkflows } from "../../src/registry/registry-workflows.ts";

const workflows = registryWorkflows({ action: "acme/action@v1", header: "", tags: "named" });
const workflow = (name: string) => parse(workflows.get(`.github/workflows/registry-${name}.yml`) ?? "");

test("`registry check` runs on events whose sender is who pushed, not on those of whoever opens it again", () =>
  expect(workflow("check").on).toEqual({ pull_request: { types: ["opened", "synchronize"] } }));

test("what a branch's protection asks for is called `registry check`, which is the name of a job", () =>
  expect(workflow("check").jobs.check.name).toBe("registry check"));
