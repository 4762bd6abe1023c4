import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { definitionText } from "../helpers/index-world.ts";
import { type PublishingWorld, startPublishingWorld } from "../helpers/publishing-world.ts";

const program = join(import.meta.dirname, "..", "..", "dist", "index.js");
const timeout = 60_000;
const file = "experts/acme/x.toml";
const x = (version: string, more = ""): string => definitionText("@acme/x", version, more);

/** Runs the program in the author's checkout, where ssh leads to the registry whatever its address is. */
const run = (world: PublishingWorld, args: readonly string[], path: readonly string[] = []) => {
  const ssh = join(world.temporary, "ssh");
  writeFileSync(ssh, `#!/bin/sh\nexec git-upload-pack '${world.remote}'\n`, { mode: 0o755 });
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: world.author.directory,
    env: {
      ...{ PATH: [...path, "/usr/bin", "/bin"].join(delimiter), HOME: world.temporary },
      ...{ GIT_SSH_COMMAND: ssh, GIT_SSH_VARIANT: "simple" },
    },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
};

const remoteTags = (world: PublishingWorld): string => world.git("tag", "--list");

describe("given an author who publishes, then nothing is tagged or pushed", () => {
  test.each<[string, (world: PublishingWorld) => void, string]>([
    [
      "when the definition is not as it is committed",
      ({ author }) => writeFileSync(join(author.directory, file), x("1.0.1")),
      "is not as it is committed",
    ],
    [
      "when the commit is not on the registry's branch",
      ({ author }) => author.commit({ [file]: x("1.0.1") }),
      "is not on main",
    ],
    [
      "when the tag is here already, of another commit",
      ({ author }) => {
        author.git("tag", "@acme/x@1.0.0");
        author.commit({ "README.md": "Hello." });
        author.git("push", "--quiet", "origin", "main");
      },
      "a tag stays where it is",
    ],
    [
      "when the tag is there already, of another commit",
      ({ author }) => {
        author.git("push", "--quiet", "origin", "HEAD:refs/tags/@acme/x@1.0.0");
        author.commit({ "README.md": "Hello." });
        author.git("push", "--quiet", "origin", "main");
      },
      "The tag @acme/x@1.0.0 named",
    ],
    [
      "when the definition breaks a rule",
      ({ author }) => {
        author.commit({ [file]: x("1.0.1", 'delegates = ["y"]\n') });
        author.git("push", "--quiet", "origin", "main");
      },
      "experts/acme/x.toml:4:14: error:",
    ],
    [
      "when there is no definition",
      ({ author }) => author.commit({ [file]: null }),
      "There is no experts/acme/x.toml in the commit",
    ],
  ])("%s", { timeout }, (_, change, message) => {
    using world = startPublishingWorld({ [file]: x("1.0.0") });
    change(world);
    const before = [remoteTags(world), world.author.git("tag", "--list")];
    const { status, stderr, stdout } = run(world, ["publish", "@acme/x"]);
    expect(stderr).toContain(message);
    expect([status === 0, stdout]).toEqual([false, ""]);
    expect([remoteTags(world), world.author.git("tag", "--list")]).toEqual(before);
  });

  test("when the remote is an option", { timeout }, () => {
    using world = startPublishingWorld({ [file]: x("1.0.0") });
    const { status, stderr } = run(world, ["publish", "@acme/x", "--registry=--upload-pack=id"]);
    expect([status, stderr]).toEqual([2, expect.stringContaining("the name of a git remote")]);
  });
});

test("given a tag that is there already and not published, then nothing is pushed, and how to publish it is said", {
  timeout,
}, () => {
  using world = startPublishingWorld({ [file]: x("1.0.0") });
  world.author.git("push", "--quiet", "origin", "HEAD:refs/tags/@acme/x@1.0.0");
  for (const more of [[], ["--dry-run"]]) {
    const { status, stdout } = run(world, ["publish", "@acme/x", ...more]);
    expect([status, stdout]).toEqual([
      0,
      expect.stringMatching(
        new RegExp(
          `^origin has the tag @acme/x@1\\.0\\.0 already, .* action index, version @acme/x@1\\.0\\.0 and value ${world.author.head()}\\.$`,
          "m",
        ),
      ),
    ]);
  }
});

test("given a version that is published, then that is what is said, whatever was committed since", {
  timeout,
}, async () => {
  using world = startPublishingWorld({ [file]: x("1.0.0") });
  world.author.git("tag", "@acme/x@1.0.0");
  const commit = world.author.head();
  await world.pushTags(["@acme/x@1.0.0"]);
  world.author.git("pull", "--quiet", "--rebase", "origin", "main");
  const { status, stderr } = run(world, ["publish", "@acme/x"]);
  expect([status, stderr]).toEqual([
    2,
    expect.stringContaining(
      `error[PUBLISH_REFUSED]: @acme/x@1.0.0 is published already, of the commit ${commit}.`,
    ),
  ]);
});

test("given a repository of one Expert, then the tag is v and the version, also of one who signs tags", {
  timeout,
}, () => {
  using world = startPublishingWorld({ "perstack.toml": x("2.0.0") });
  world.author.git("config", "tag.gpgSign", "true");
  expect(run(world, ["publish", "@acme/x"])).toMatchObject({ status: 0, stderr: "" });
  expect(remoteTags(world)).toBe("v2.0.0");
});

describe("given a published version", () => {
  const withVersion = async (): Promise<PublishingWorld> => {
    const world = startPublishingWorld({ [file]: x("1.0.0") });
    world.author.git("tag", "@acme/x@1.0.0");
    await world.pushTags(["@acme/x@1.0.0"]);
    world.author.git("remote", "set-url", "origin", "git@github.com:eve/experts.git");
    world.author.git("remote", "add", "upstream", "git@github.com:acme/experts.git");
    return world;
  };

  /** GitHub's command line, which says what it was asked. @returns its folder */
  const recordingGh = (world: PublishingWorld): string => {
    const bin = join(world.temporary, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "gh"), '#!/bin/sh\nfor word in "$@"; do echo "<$word>"; done\n', { mode: 0o755 });
    return bin;
  };

  test("when an owner tags it without GitHub's command line, then what to type is printed", {
    timeout,
  }, async () => {
    using world = await withVersion();
    const { status, stdout } = run(world, [
      "tag",
      "@acme/x@1.0.0",
      "stable",
      "--registry=upstream",
      "--dry-run",
    ]);
    expect(status).toBe(0);
    expect(stdout).toContain(
      "\n  gh workflow run registry-publish.yml --repo github.com/acme/experts --raw-field action=tag --raw-field version=@acme/x@1.0.0 --raw-field value=stable\n",
    );
  });

  test("when an owner disables it, then the registry's workflow is run by hand, with the reason", {
    timeout,
  }, async () => {
    using world = await withVersion();
    const wish = ["status", "@acme/x@1.0.0", "disabled", "--reason", "It's; old", "--registry", "upstream"];
    const { status, stdout } = run(world, [...wish, "--branch", "main"], [recordingGh(world)]);
    expect([status, stdout.split("\n").slice(0, -1)]).toEqual([
      0,
      [
        ...["<workflow>", "<run>", "<registry-publish.yml>", "<--repo>", "<github.com/acme/experts>"],
        ...["<--ref>", "<main>", "<--raw-field>", "<action=disable>"],
        ...["<--raw-field>", "<version=@acme/x@1.0.0>", "<--raw-field>", "<value=It's; old>"],
      ],
    ]);
  });

  test("when the registry is not on GitHub, then nobody is asked", { timeout }, async () => {
    using world = await withVersion();
    world.author.git("remote", "set-url", "origin", `file://${world.remote}`);
    const { status, stdout, stderr } = run(world, ["tag", "@acme/x@1.0.0", "stable"], [recordingGh(world)]);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("The address of the remote origin is none of a repository on GitHub");
  });

  test.each([
    [["tag", "@acme/x@1.0.0", "2"], "is no tag of an Expert"],
    [["tag", "@acme/x@1.0.1", "stable"], "There is no @acme/x@1.0.1."],
    [["tag", "@acne/x@1.0.0", "stable"], "Did you mean @acme/x@1.0.0?"],
    [["status", "@acme/x@1.0.0", "available", "--reason", "x"], "deprecated or disabled"],
    [["status", "@acme/x", "disabled", "--reason", "x"], "is no version of an Expert"],
    [["status", "@acme/x@1.0.0", "disabled", "--reason", " "], "needs a reason"],
  ])("when what is asked for is none (%j), then it is refused here", { timeout }, async (args, message) => {
    using world = await withVersion();
    const { status, stderr } = run(world, args);
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
