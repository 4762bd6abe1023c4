import { expect, test } from "vitest";
import { definitionText, eve } from "../helpers/index-world.ts";
import { publishVersions, startPublishingWorld } from "../helpers/publishing-world.ts";

const timeout = 120_000;
const file = "experts/acme/x.toml";
const x = (version: string, more = "") => definitionText("@acme/x", version, more);

test("given a tag that a stranger pushed, when an owner asks for the commit that was looked at, then no other is published", {
  timeout,
}, async () => {
  using world = await publishVersions("@acme/x", []);
  world.author.commit({ [file]: x("1.0.0") });
  const seen = world.author.head();
  world.author.commit({ [file]: x("1.0.0", 'description = "Other."\n') });
  world.author.git("push", "--quiet", "origin", "main");
  world.author.git("tag", "@acme/x@1.0.0", seen);
  world.author.git("push", "--quiet", "origin", "refs/tags/@acme/x@1.0.0");
  const { log } = await world.run("reconcile", "schedule");
  expect(log).toContain(
    `@acme/x@1.0.0 names ${seen} and is not published. An owner who has read that commit can run the workflow registry publish with action index, version @acme/x@1.0.0, value ${seen}.`,
  );
  world.author.git("tag", "--force", "@acme/x@1.0.0");
  world.author.git("push", "--quiet", "--force", "origin", "refs/tags/@acme/x@1.0.0");
  const index = { action: "index", version: "@acme/x@1.0.0" };
  const moved = await world.dispatch({ ...index, value: seen });
  expect(moved.results.accept).toBe("failure");
  expect(moved.log).toContain(`TAG_MOVED: The tag @acme/x@1.0.0 named ${seen}`);
  expect((await world.dispatch({ ...index, value: "main" }, eve)).log).toContain(
    '"main" is no id of a commit',
  );
  expect((await world.dispatch({ ...index, value: world.author.head() })).results.append).toBe("success");
});

test("given a reason with what a reader does not see, or of two lines, then it is refused", {
  timeout,
}, async () => {
  using world = await publishVersions("@acme/x", ["1.0.0"]);
  for (const value of ["It is\u200b old.", "It is old.\n## Safe again", "Old \u202edlo"]) {
    const { results } = await world.dispatch({ action: "deprecate", version: "@acme/x@1.0.0", value });
    expect(results.accept).toBe("failure");
  }
});

test("given tags that look like a version and are none, when reconcile reports, then it says of each what is wrong", {
  timeout,
}, async () => {
  using world = await publishVersions("@acme/x", []);
  const none = ["@acme/x@1.0", "@Acme/x@1.0.0", "@acme/x@1.0.0+linux", "v1.0", "v2.0.0"];
  for (const tag of none) world.author.git("tag", tag);
  world.author.git("push", "--quiet", "origin", ...none.map((tag) => `refs/tags/${tag}`));
  const { results, log } = await world.run("reconcile", "schedule");
  expect(results).toEqual({ reconcile: "success" });
  // Without a perstack.toml, those that begin with a v are of something else.
  const warnings = log.split("\n").filter((line) => line.startsWith("::warning::"));
  const said = [
    ['"@Acme/x@1.0.0"', '"@Acme/x" is no name of an Expert'],
    ['"@acme/x@1.0"', '"1.0" is no semantic version without build metadata'],
    ['"@acme/x@1.0.0+linux"', '"1.0.0+linux" is no semantic version without build metadata'],
  ];
  expect(warnings.map((line) => line.split(". Tag ")[0])).toEqual(
    said.map(([tag, why]) => `::warning::The tag ${tag} cannot publish a version: ${why}`),
  );
  expect(log).toContain("0 tags not published, 3 that cannot be, 0 moved.");
  expect(log).not.toContain("v1.0");
});

test("given a repository of one Expert, when reconcile reports, then it says of v1.0 that it is no version", {
  timeout,
}, async () => {
  using world = startPublishingWorld({ "perstack.toml": x("1.0.0") });
  world.author.git("tag", "v1.0");
  world.author.git("push", "--quiet", "origin", "refs/tags/v1.0");
  const { log } = await world.run("reconcile", "schedule");
  expect(log).toContain('::warning::The tag "v1.0" cannot publish a version: "1.0" is no semantic version');
  expect(log).not.toContain("is not published");
});
