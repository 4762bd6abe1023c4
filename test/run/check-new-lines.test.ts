import { describe, expect, test } from "vitest";
import type { PublishLine } from "../../src/registry/index-line.ts";
import { definitionFile } from "../../src/registry/publish-tag.ts";
import { ada, append, definitionText, listNames, publishEntry } from "../helpers/index-world.ts";
import {
  asWritten,
  type ProposingWorld,
  sourceOf,
  startProposingWorld,
  xText,
} from "../helpers/proposing-world.ts";

const file = definitionFile("@acme/x");
const y = definitionText("@acme/y", "1.0.0");

/** Commits definitions to `main`, then on a branch what the registry's workflow would write of them. */
const propose = async (
  world: ProposingWorld,
  texts: Readonly<Record<string, string>>,
  from: Partial<PublishLine["src"]> = {},
) => {
  const { git } = world;
  git.commit(Object.fromEntries(Object.entries(texts).map(([name, text]) => [definitionFile(name), text])));
  const files = await world.index();
  for (const [name, text] of Object.entries(texts)) {
    const entry = publishEntry(text, ada.id, { ...sourceOf(name, git.head()), ...from });
    append(files, entry, text);
  }
  listNames(files);
  git.checkout("change");
  git.commit(asWritten(files));
};

describe("given a line that a pull request adds", { timeout: 60_000 }, () => {
  test("when it says what the workflow would, then it is taken", async () => {
    using world = startProposingWorld();
    await propose(world, { "@acme/x": xText("1.1.0") });
    expect(await world.check()).toBe(3);
  });

  test("when it delegates to one that comes with it, then both are taken", async () => {
    using world = startProposingWorld();
    await propose(world, { "@acme/y": y, "@acme/x": xText("1.1.0", 'delegates = ["@acme/y@1"]\n') });
    expect(await world.check()).toBe(5);
  });

  test("when it delegates to none that is there, then it is refused", async () => {
    using world = startProposingWorld();
    await propose(world, { "@acme/x": xText("1.1.0", 'delegates = ["@acme/z"]\n') });
    expect(await world.check()).toBe(
      "PUBLISH_REFUSED: @acme/x delegates to @acme/z, which this registry does not have.",
    );
  });

  test.each<[string, Partial<PublishLine["src"]>, string]>([
    ["another repository", { repo: "github.com/eve/experts" }, '"github.com/eve/experts" (4711), which'],
    ["a repository of that name before this one", { repoId: 7 }, '"github.com/acme/experts" (7), which'],
    ["a repository that reads like this one", { repo: "github.com/acrne/experts" }, "which is not this one"],
    ["another file", { path: definitionFile("@acme/y") }, `the tag @acme/x@1.1.0 publishes ${file}.`],
    ["the tag of a repository of one Expert", { tag: "v1.1.0" }, "the tag v1.1.0 publishes perstack.toml."],
    ["no commit", { commit: "e".repeat(40) }, `the commit ${"e".repeat(40)}, which is not on the default`],
  ])("when it says that it comes from %s, then it is refused", async (_, from, message) => {
    using world = startProposingWorld();
    await propose(world, { "@acme/x": xText("1.1.0") }, from);
    const said = await world.check();
    expect(said).toMatch(/^PUBLISH_REFUSED: The line of @acme\/x@1\.1\.0 says that it comes from /);
    expect(said).toContain(message);
  });

  test("when it says that it comes from a commit that has another definition, then it is refused", async () => {
    using world = startProposingWorld();
    const commit = world.git.head();
    await propose(world, { "@acme/x": xText("1.1.0") }, { commit });
    expect(await world.check()).toContain(`${file} of the commit ${commit}, which is not that definition.`);
  });

  test("when it says that a tag published it that published another, then it is refused", async () => {
    using world = startProposingWorld();
    const of = { tag: "v1.1.0", path: "perstack.toml" };
    world.git.commit({ "perstack.toml": xText("1.1.0") });
    await propose(world, { "@acme/x": xText("1.1.0") }, { ...of, commit: world.git.head() });
    expect(await world.check()).toBe(3);
    world.git.checkout("main");
    world.git.git("merge", "--quiet", "change");
    const text = definitionText("@acme/y", "1.1.0");
    world.git.commit({ "perstack.toml": text });
    world.git.git("branch", "--quiet", "--delete", "change");
    await propose(world, { "@acme/y": text }, { ...of, commit: world.git.head() });
    expect(await world.check()).toContain("comes from the tag v1.1.0, which publishes @acme/x@1.1.0.");
  });
});
