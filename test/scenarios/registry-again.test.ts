import { expect, test } from "vitest";
import { ada, definitionText } from "../helpers/index-world.ts";
import { publishVersions, workflowRun } from "../helpers/publishing-world.ts";

const timeout = 120_000;
const file = "experts/acme/x.toml";
const x = (version: string, more = "") => definitionText("@acme/x", version, more);

/** What a runner says of a run that somebody started again. */
const again = (login: string) => ({ GITHUB_RUN_ATTEMPT: "2", GITHUB_TRIGGERING_ACTOR: login });

test("given a word that an owner moved on, when a stranger has the older run go again, then it stays", {
  timeout,
}, async () => {
  using world = await publishVersions("@acme/x", ["1.0.0", "1.1.0"]);
  const wish = (version: string) => ({
    inputs: { action: "tag", version: `@acme/x@${version}`, value: "stable" },
    ...{ sender: ada, ref: "refs/heads/main" },
  });
  for (const version of ["1.0.0", "1.1.0"]) await world.run("publish", "workflow_dispatch", wish(version));
  const { results, log } = await world.run("publish", "workflow_dispatch", wish("1.0.0"), again("eve"));
  expect(world.lines("@acme/x")?.tags.get("stable")).toBe("1.1.0");
  expect(results.accept).toBe("failure");
  expect(log).toContain("PUBLISH_REFUSED: eve had a run go again that another account asked for.");
  const own = await world.run("publish", "workflow_dispatch", wish("1.0.0"), again("Ada"));
  expect(own.results.append).toBe("success");
});

test("given a refused push of an owner's, when a stranger has `registry publish` go again, then it is refused", {
  timeout,
}, async () => {
  using world = await publishVersions("@acme/x", []);
  world.author.commit({ [file]: x("1.0.0") });
  world.author.git("push", "--quiet", "origin", "main");
  world.author.git("tag", "@acme/x@1.0.0");
  world.author.git("push", "--quiet", "origin", "refs/tags/@acme/x@1.0.0");
  const push = { tag: "@acme/x@1.0.0", commit: world.author.head(), by: ada };
  const event = { workflow_run: workflowRun(push) };
  expect((await world.run("publish", "workflow_run", event, again("eve"))).results.accept).toBe("failure");
  expect(world.lines("@acme/x")).toBeUndefined();
});
