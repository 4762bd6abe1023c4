import { describe, expect, test } from "vitest";
import { readPublishRequest } from "../../src/registry/publish-request.ts";
import { errorOf } from "../helpers/code-of.ts";
import { ada } from "../helpers/index-world.ts";

const repository = {
  ...{ id: 4711, full_name: "acme/experts", html_url: "https://github.com/acme/experts" },
  default_branch: "main",
};
const workflow_run = {
  ...{ event: "push", head_branch: "@acme/x@1.0.0", head_sha: "a".repeat(40) },
  ...{ head_repository: { id: 4711 }, actor: ada, triggering_actor: ada },
};
const inputs = { action: "tag", version: "@acme/x@1.0.0", value: "stable" };
const dispatched = { repository, sender: ada, ref: "refs/heads/main", inputs };

test("whoever asks and for what is read from GitHub's two events", () => {
  expect(readPublishRequest({ repository, workflow_run })).toMatchObject({ people: [ada, ada] });
  expect(readPublishRequest(dispatched)).toMatchObject({ people: [ada], wanted: { word: "stable" } });
});

describe("given a payload that is not as GitHub sends it, then the field is named", () => {
  test.each<[unknown, string]>([
    [
      { repository, workflow_run: { ...workflow_run, triggering_actor: undefined } },
      "The event workflow_run has no workflow_run.triggering_actor that can be read",
    ],
    [
      { repository, workflow_run: { ...workflow_run, head_branch: null } },
      "The event workflow_run has no workflow_run.head_branch that can be read",
    ],
    [
      { workflow_run },
      "The event workflow_run has no repository that can be read: the type object was expected.",
    ],
    [
      { ...dispatched, sender: { login: "ada" } },
      "The event workflow_dispatch has no sender.id that can be read: the type number was expected.",
    ],
    [
      { ...dispatched, inputs: { ...inputs, action: "delete" } },
      "The event workflow_dispatch has no inputs.action that can be read: index or tag or deprecate or disable was expected.",
    ],
    [{ repository, zen: "x" }, "The event is no push of a tag and no wish of an owner"],
    [null, "The event is no push of a tag and no wish of an owner"],
  ])("%j", (payload, message) => {
    const error = errorOf(() => readPublishRequest(payload));
    expect(error?.message).toContain(message);
    expect(error?.code).toBe("PUBLISH_REFUSED");
  });
});
