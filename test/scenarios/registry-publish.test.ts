import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { indexPath, sha256 } from "../../src/registry/index-path.ts";
import { ada, definitionText, eve } from "../helpers/index-world.ts";
import { type PublishingWorld, startPublishingWorld } from "../helpers/publishing-world.ts";

const timeout = 120_000;
const x = (version: string, more = ""): string => definitionText("@acme/x", version, more);
const file = "experts/acme/x.toml";

/** A registry with a definition of @acme/x that nobody has published yet. */
const registry = (files: Parameters<typeof startPublishingWorld>[0] = { [file]: x("1.0.0") }) =>
  startPublishingWorld(files);

/** Tags what is on the default branch and pushes the tag. */
const publish = async (world: PublishingWorld, tag: string, by = ada) => {
  world.author.git("tag", "--force", tag);
  const [played] = await world.pushTags([tag], by);
  if (played === undefined) throw new Error(`${tag} started no workflow`);
  return played;
};

const refused = { accept: "failure", append: "skipped", announce: "skipped" };
const published = { accept: "success", append: "success", announce: "success" };

describe("given a tag on the default branch, when its owner pushes it", () => {
  test("then the index has its line, the definition and the name, and a release follows", {
    timeout,
  }, async () => {
    using world = registry({
      [file]: x("1.0.0", 'description = "Looks."\n'),
      ".gitattributes": "* text eol=crlf\n",
    });
    const commit = world.author.head();
    const { results, log } = await publish(world, "@acme/x@1.0.0");
    expect(results).toEqual(published);
    const content = x("1.0.0", 'description = "Looks."\n');
    const line = world.lines("@acme/x")?.versions.get("1.0.0")?.line;
    expect(line).toMatchObject({
      src: { repo: "github.com/acme/experts", repoId: 4711, tag: "@acme/x@1.0.0", commit, path: file },
      blob: world.author.git("rev-parse", `HEAD:${file}`),
      sha256: sha256(content),
      by: "gh:1815",
    });
    expect(
      world.git("show", `main:registry-index/blobs/${sha256(content).slice(0, 2)}/${sha256(content)}.toml`),
    ).toBe(content.trimEnd());
    expect(world.names()).toContain(
      '"name":"@acme/x","version":"1.0.0","status":"available","description":"Looks."',
    );
    expect(log).toContain("[uses actions/attest-build-provenance@");
    expect(log).toContain("gh: release create @acme/x@1.0.0 --verify-tag --title @acme/x@1.0.0 --notes ");
    expect((await world.run("reconcile", "schedule")).results).toEqual({ reconcile: "success" });
  });

  test("then an annotated tag publishes the commit that it is of", { timeout }, async () => {
    using world = registry();
    world.author.git("tag", "--annotate", "--message", "First.", "@acme/x@1.0.0");
    const [played] = await world.pushTags(["@acme/x@1.0.0"]);
    expect(played?.results).toEqual(published);
    expect(world.lines("@acme/x")?.versions.get("1.0.0")?.line.src.commit).toBe(world.author.head());
  });

  test("then the digest is of the bytes that are committed, whatever attributes say", {
    timeout,
  }, async () => {
    const content = x("1.0.0").replaceAll("\n", "\r\n");
    using world = registry({ [file]: content });
    writeFileSync(join(world.author.directory, ".gitattributes"), "* text eol=lf\n");
    world.author.git("add", ".gitattributes");
    world.author.git("commit", "--quiet", "--message", "Wish for other line ends");
    world.author.git("push", "--quiet", "origin", "main");
    expect((await publish(world, "@acme/x@1.0.0")).results).toEqual(published);
    const { sha256: digest, blob } = world.lines("@acme/x")?.versions.get("1.0.0")?.line ?? {};
    expect(digest).toBe(sha256(content));
    const kept = `main:registry-index/blobs/${digest?.slice(0, 2)}/${digest}.toml`;
    expect(world.git("rev-parse", kept)).toBe(blob);
    expect((await world.run("reconcile", "schedule")).results).toEqual({ reconcile: "success" });
  });

  test("then in a repository of one Expert its perstack.toml is published", { timeout }, async () => {
    using world = registry({ "perstack.toml": x("2.1.0") });
    expect((await publish(world, "v2.1.0")).results).toEqual(published);
    expect(world.lines("@acme/x")?.versions.get("2.1.0")?.line.src).toMatchObject({
      tag: "v2.1.0",
      path: "perstack.toml",
    });
  });

  test("then an index with a branch of its own is made there, and the default branch stays", {
    timeout,
  }, async () => {
    using world = registry({
      [file]: x("1.0.0"),
      "registry-index/config.json": '{"v":1,"indexBranch":"index"}\n',
    });
    const before = world.git("rev-parse", "main");
    expect((await publish(world, "@acme/x@1.0.0")).results).toEqual(published);
    world.author.commit({ [file]: x("1.1.0") });
    world.author.git("push", "--quiet", "origin", "main");
    expect((await publish(world, "@acme/x@1.1.0")).results).toEqual(published);
    expect([...(world.lines("@acme/x", "index")?.versions.keys() ?? [])]).toEqual(["1.0.0", "1.1.0"]);
    expect(world.git("rev-parse", "main~1")).toBe(before);
    expect(world.git("ls-tree", "--name-only", "index")).toBe("registry-index");
    expect((await world.run("reconcile", "schedule")).results).toEqual({ reconcile: "success" });
  });
});

describe("given a version that is published", () => {
  const withVersion = async () => {
    const world = registry();
    await publish(world, "@acme/x@1.0.0");
    world.author.git("pull", "--quiet", "--rebase", "origin", "main");
    return world;
  };

  test("when the same tag is pushed again, then it is refused and nothing is added", {
    timeout,
  }, async () => {
    using world = await withVersion();
    const commit = world.git("rev-parse", "refs/tags/@acme/x@1.0.0");
    const { results, log } = await world.afterPush({ tag: "@acme/x@1.0.0", commit, by: ada });
    expect(results).toEqual(refused);
    expect(log).toContain("::error::PUBLISH_REFUSED: @acme/x@1.0.0 is published already.");
    expect(world.lines("@acme/x")?.heads).toHaveLength(1);
  });

  test("when its tag is moved, then both commits are named, also by reconcile", { timeout }, async () => {
    using world = await withVersion();
    const before = world.git("rev-parse", "refs/tags/@acme/x@1.0.0");
    world.author.commit({ [file]: x("1.0.0", 'description = "Other."\n') });
    world.author.git("push", "--quiet", "origin", "main");
    const { results, log } = await publish(world, "@acme/x@1.0.0");
    expect(results).toEqual(refused);
    const now = world.author.head();
    expect(log).toContain(`TAG_MOVED: The tag @acme/x@1.0.0 named ${before}, and names ${now} now.`);
    expect(world.lines("@acme/x")?.heads).toHaveLength(1);
    const reconciled = await world.run("reconcile", "schedule");
    expect(reconciled.results).toEqual({ reconcile: "failure" });
    expect(reconciled.log).toContain(
      `::error::TAG_MOVED: @acme/x@1.0.0 published ${before}, and names ${now} now.`,
    );
  });

  test("when an owner deprecates, disables and tags it, then each is a line, and none goes back", {
    timeout,
  }, async () => {
    using world = await withVersion();
    const of = { version: "@acme/x@1.0.0" };
    expect((await world.dispatch({ action: "tag", ...of, value: "stable" })).results.append).toBe("success");
    expect((await world.dispatch({ action: "deprecate", ...of, value: "It is old." })).results.append).toBe(
      "success",
    );
    expect(world.lines("@acme/x")).toMatchObject({
      tags: new Map([["stable", "1.0.0"]]),
      versions: new Map([["1.0.0", { status: "deprecated", reason: "It is old." }]]),
    });
    expect(world.names()).toContain('"status":"deprecated"');
    expect((await world.dispatch({ action: "disable", ...of, value: "security" })).results.append).toBe(
      "success",
    );
    const back = await world.dispatch({ action: "deprecate", ...of, value: "No." });
    expect(back.results).toEqual(refused);
    expect(back.log).toContain("@acme/x@1.0.0 is disabled and cannot become deprecated.");
    expect((await world.dispatch({ action: "tag", ...of, value: "1" })).results).toEqual(refused);
    expect((await world.dispatch({ action: "tag", ...of, value: "other" }, eve)).results).toEqual(refused);
    expect(world.lines("@acme/x")?.heads).toHaveLength(4);
  });
});

describe("given a tag that may not publish, then nothing is written and the reason is said", () => {
  const expectRefusal = async (world: PublishingWorld, tag: string, reason: string | RegExp, by = ada) => {
    const before = world.git("rev-parse", "main");
    const { results, log } = await publish(world, tag, by);
    expect(log).toMatch(reason);
    expect(results).toEqual(refused);
    expect(world.git("rev-parse", "main")).toBe(before);
  };

  test("by a stranger to the scope", { timeout }, async () => {
    using world = registry();
    await expectRefusal(
      world,
      "@acme/x@1.0.0",
      "PUBLISH_REFUSED: eve (gh:666) does not own the scope @acme.",
      eve,
    );
  });

  test("by a workflow, which whoever may push one can have asked for", { timeout }, async () => {
    using world = registry();
    world.author.git("tag", "@acme/x@1.0.0");
    world.author.git("push", "--quiet", "origin", "refs/tags/@acme/x@1.0.0");
    const by = { id: 41_898_282, login: "github-actions[bot]" };
    const { results, log } = await world.dispatch({ action: "index", version: "@acme/x@1.0.0" }, by);
    expect(results).toEqual(refused);
    expect(log).toContain("It is asked for by github-actions[bot], as which every workflow acts.");
  });

  test("by an owner, but run again by a stranger", { timeout }, async () => {
    using world = registry();
    world.author.git("tag", "@acme/x@1.0.0");
    world.author.git("push", "--quiet", "origin", "refs/tags/@acme/x@1.0.0");
    const push = { tag: "@acme/x@1.0.0", commit: world.author.head(), by: ada, triggering: eve };
    expect((await world.afterPush(push)).results).toEqual(refused);
  });

  test("of a scope that nobody owns", { timeout }, async () => {
    using world = registry({ "experts/other/x.toml": definitionText("@other/x", "1.0.0") });
    await expectRefusal(world, "@other/x@1.0.0", "Nobody owns the scope @other in this registry.");
  });

  test("by an owner that the tagged commit alone names", { timeout }, async () => {
    using world = registry();
    world.author.checkout("taken");
    world.author.commit({
      "registry-index/scopes/acme.toml": "v = 1\n[[owners]]\nid = 666\n",
      "registry-index/scopes/other.toml": "v = 1\n[[owners]]\nid = 666\n",
    });
    await expectRefusal(world, "@acme/x@1.0.0", "eve (gh:666) does not own the scope @acme.", eve);
  });

  test("of a commit that is not on the default branch", { timeout }, async () => {
    using world = registry();
    world.author.checkout("side");
    world.author.commit({ [file]: x("1.0.0", 'description = "Aside."\n') });
    await expectRefusal(
      world,
      "@acme/x@1.0.0",
      `The commit ${world.author.head()} of @acme/x@1.0.0 is not on main.`,
    );
  });

  test("with a definition that breaks a rule, by line and column", { timeout }, async () => {
    using world = registry({ [file]: x("1.0.0", 'delegates = ["local"]\n') });
    await expectRefusal(world, "@acme/x@1.0.0", "DEFINITION_INVALID: experts/acme/x.toml:4:14: error: ");
  });

  test("with another version than the tag's", { timeout }, async () => {
    using world = registry();
    await expectRefusal(
      world,
      "@acme/x@1.0.1",
      /experts\/acme\/x\.toml:2:11: error: .*it is "1\.0\.0"; expected "1\.0\.1"/,
    );
  });

  test("without a definition where it belongs", { timeout }, async () => {
    using world = registry({ "README.md": "" });
    await expectRefusal(world, "@acme/x@1.0.0", "There is no experts/acme/x.toml in the commit");
  });

  test("with a link or a program in the definition's place", { timeout }, async () => {
    using world = registry({ "other.toml": x("1.0.0"), [file]: { linkTo: "../../other.toml" } });
    await expectRefusal(world, "@acme/x@1.0.0", "PATH_ESCAPE: experts/acme/x.toml is no plain file");
    world.author.commit({ [file]: { executable: x("1.0.1") } });
    world.author.git("push", "--quiet", "origin", "main");
    await expectRefusal(world, "@acme/x@1.0.1", "DEFINITION_INVALID: experts/acme/x.toml is no plain file");
  });

  test("with a delegate that the registry does not have", { timeout }, async () => {
    using world = registry({ [file]: x("1.0.0", 'delegates = ["@acme/y"]\n') });
    await expectRefusal(
      world,
      "@acme/x@1.0.0",
      "@acme/x delegates to @acme/y, which this registry does not have.",
    );
  });

  test("with delegates that come back to it", { timeout }, async () => {
    using world = registry({
      [file]: x("1.0.0"),
      "experts/acme/y.toml": definitionText("@acme/y", "1.0.0", 'delegates = ["@acme/x"]\n'),
    });
    await publish(world, "@acme/x@1.0.0");
    await publish(world, "@acme/y@1.0.0");
    world.author.git("pull", "--quiet", "--rebase", "origin", "main");
    world.author.commit({ [file]: x("1.1.0", 'delegates = ["@acme/y@1"]\n') });
    world.author.git("push", "--quiet", "origin", "main");
    await expectRefusal(world, "@acme/x@1.1.0", "it began: @acme/x → @acme/y → @acme/x.");
  });

  test("with a name that reads like one that is there", { timeout }, async () => {
    using world = registry({
      "experts/acme/code-review.toml": definitionText("@acme/code-review", "1.0.0"),
      "experts/acme/code_review.toml": definitionText("@acme/code_review", "1.0.0"),
    });
    await publish(world, "@acme/code-review@1.0.0");
    await expectRefusal(
      world,
      "@acme/code_review@1.0.0",
      "NAME_CONFUSABLE: @acme/code_review reads like @acme/code-review",
    );
  });

  test("that was moved after it was pushed, by its pusher or somebody else", { timeout }, async () => {
    using world = registry();
    const commit = world.author.head();
    world.author.commit({ [file]: x("1.0.0", 'description = "Swapped."\n') });
    world.author.git("tag", "@acme/x@1.0.0");
    world.author.git("push", "--quiet", "origin", "main", "refs/tags/@acme/x@1.0.0");
    const { results, log } = await world.afterPush({ tag: "@acme/x@1.0.0", commit, by: ada });
    expect(results).toEqual(refused);
    expect(log).toContain(`TAG_MOVED: The tag @acme/x@1.0.0 named ${commit}`);
  });

  test("that is a branch", { timeout }, async () => {
    using world = registry();
    world.author.git("push", "--quiet", "origin", "main:refs/heads/@acme/x@1.0.0");
    const { results, log } = await world.afterPush({
      tag: "@acme/x@1.0.0",
      commit: world.author.head(),
      by: ada,
    });
    expect(results).toEqual(refused);
    expect(log).toContain("There is no tag @acme/x@1.0.0.");
  });
});

test("given a default branch that takes no push, then the job fails and says what to set up", {
  timeout,
}, async () => {
  using world = registry();
  mkdirSync(join(world.remote, "hooks"), { recursive: true });
  world.author.git("tag", "@acme/x@1.0.0");
  world.author.git("push", "--quiet", "origin", "refs/tags/@acme/x@1.0.0");
  writeFileSync(join(world.remote, "hooks", "pre-receive"), "#!/bin/sh\necho protected >&2\nexit 1\n", {
    mode: 0o755,
  });
  const played = await world.afterPush({ tag: "@acme/x@1.0.0", commit: world.author.head(), by: ada });
  expect(played.results).toEqual({ accept: "success", append: "failure", announce: "skipped" });
  expect(played.log).toMatch(
    /PUBLISH_REFUSED: The index could not be pushed to main: .*Give the job `contents: write`/,
  );
});

describe("given a pull request", () => {
  const check = async (world: PublishingWorld, change: (lines: string) => string, by = ada) => {
    const base = world.author.head();
    world.author.checkout("change");
    const path = indexPath("@acme/x");
    world.author.commit({ [path]: change(world.author.git("show", `HEAD:${path}`)), "README.md": "New." });
    return await world.proposed({ base, by });
  };

  const withLine = async () => {
    const world = registry();
    await publish(world, "@acme/x@1.0.0");
    world.author.git("pull", "--quiet", "--rebase", "origin", "main");
    return world;
  };

  test("when it leaves the lines as they are, then it passes", { timeout }, async () => {
    using world = await withLine();
    expect((await check(world, (lines) => `${lines}\n`, eve)).results).toEqual({ check: "success" });
  });

  test("when it edits a line, then it fails, whoever asks", { timeout }, async () => {
    using world = await withLine();
    const { results, log } = await check(world, (lines) => `${lines.replace("gh:1815", "gh:1816")}\n`);
    expect(results).toEqual({ check: "failure" });
    expect(log).toContain(`INDEX_REWOUND: ${indexPath("@acme/x")} loses or changes lines`);
  });

  test("when it is made for a branch that has its change already, then it is judged by the default branch", {
    timeout,
  }, async () => {
    using world = await withLine();
    world.author.checkout("staged");
    world.author.commit({ "registry-index/scopes/acme.toml": "v = 1\n[[owners]]\nid = 666\n" });
    world.author.git("push", "--quiet", "origin", "staged");
    const { results, log } = await world.proposed({ base: world.author.head(), ref: "staged", by: eve });
    expect(results).toEqual({ check: "failure" });
    expect(log).toContain("eve (gh:666) does not own the scope @acme.");
  });

  test("when it has nothing in common with the default branch, then it is refused", { timeout }, async () => {
    using world = await withLine();
    const base = world.author.head();
    world.author.git("checkout", "--quiet", "--orphan", "apart");
    world.author.commit({ "README.md": "Apart." });
    const { results, log } = await world.proposed({ base, by: ada });
    expect(results).toEqual({ check: "failure" });
    expect(log).toContain("PUBLISH_REFUSED: It has no commit in common with the default branch.");
  });

  test("when it brings another check, then that of the default branch judges it", { timeout }, async () => {
    using world = await withLine();
    const base = world.author.head();
    world.author.checkout("change");
    world.author.commit({
      [indexPath("@acme/x")]: null,
      ".github/workflows/registry-check.yml": "jobs: { check: { steps: [{ run: 'true' }] } }\n",
    });
    const { results, log } = await world.proposed({ base, by: ada });
    expect([results, log]).toEqual([{ check: "failure" }, expect.stringContaining("INDEX_REWOUND")]);
  });

  test("when its commit was pushed over since, then that is said", { timeout }, async () => {
    using world = await withLine();
    const { log } = await world.proposed({ base: world.author.head(), by: ada, head: "e".repeat(40) });
    expect(log).toContain(
      `PUBLISH_REFUSED: The commit ${"e".repeat(40)} of the pull request 7 is not there.`,
    );
  });

  test("when it adds a line that is no line, then it fails", { timeout }, async () => {
    using world = await withLine();
    expect((await check(world, (lines) => `${lines}\n{}\n`)).log).toContain("INDEX_CORRUPT");
  });
});
