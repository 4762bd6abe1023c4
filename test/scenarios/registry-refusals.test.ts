import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { definitionText } from "../helpers/index-world.ts";
import { startPublishingWorld } from "../helpers/publishing-world.ts";

const program = join(import.meta.dirname, "..", "..", "dist", "index.js");
const timeout = 60_000;
const file = "experts/acme/x.toml";
const x = definitionText("@acme/x", "1.0.0");

/** Runs the program in a folder. */
const run = (cwd: string, args: readonly string[], variables: Readonly<Record<string, string>> = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd,
    env: { PATH: "/usr/bin:/bin", HOME: cwd, ...variables },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
};

describe("given a change to check by hand, then what is missing or wrong is named", () => {
  test.each<[readonly string[], string]>([
    [["--base", "main", "--head", "deadbeef", "--by", "1815"], '--head is "deadbeef"'],
    [["--base=-x", "--head", "main", "--by", "1815"], '--base is "-x"'],
    [["--base", "main", "--by", "1815"], "`--head` is not given."],
    [["--head", "main"], "`--base` is not given."],
    [["--base", "main", "--head", "main", "--by", "abc"], '--by is "abc"'],
    [["--base", "main", "--head", "main"], "Nobody is named who asks for the change."],
  ])("%j", { timeout }, (args, message) => {
    using world = startPublishingWorld({ [file]: x });
    const { status, stderr } = run(world.author.directory, ["registry", "check-change", ...args]);
    expect([status, stderr]).toEqual([2, expect.stringContaining(`INPUT_INVALID]: ${message}`)]);
  });

  test("and what only whoever reviews it can judge is not said to add", { timeout }, () => {
    using world = startPublishingWorld({ [file]: x });
    const { author } = world;
    author.commit({
      "registry-index/scopes/other.toml": "v = 1\n[[owners]]\nid = 1815\n",
      "registry-index/config.json": '{"v":1,"indexBranch":"index"}\n',
      "registry-index/known-bad.jsonl": "",
    });
    const args = ["registry", "check-change", "--base", "HEAD~1", "--head", "HEAD", "--by", "1815"];
    expect(run(author.directory, args)).toEqual({
      status: 0,
      stdout: "3 files of the index changed, 1 of them as its rules allow.\n",
      stderr:
        "warning: Whoever reviews the change has to judge what it makes of registry-index/config.json, registry-index/known-bad.jsonl: such a file may be replaced.\n",
    });
    expect(run(author.directory, args.with(3, "HEAD"))).toMatchObject({
      stdout: "0 files of the index changed.\n",
    });
  });

  test("and one that is as it should be passes", { timeout }, () => {
    using world = startPublishingWorld({ [file]: x });
    const args = ["--base", "main", "--head", world.author.head().slice(0, 12), "--by", "1815"];
    expect(run(world.author.directory, ["registry", "check-change", ...args])).toMatchObject({ status: 0 });
  });
});

test("given a registry whose default branch is another, then the option that names it is said", {
  timeout,
}, () => {
  using world = startPublishingWorld({ [file]: x });
  world.git("branch", "--move", "main", "master");
  const { status, stderr } = run(world.author.directory, ["publish", "@acme/x", "--dry-run"]);
  expect([status, stderr]).toEqual([
    2,
    expect.stringMatching(/The registry has no branch main\.[\s\S]*`--branch <name>`/),
  ]);
});

test("given a name without a definition beside a manifest of one's own, then that is said and the manifest is left alone", {
  timeout,
}, () => {
  const manifest = 'model = "m"\n[provider]\nproviderName = "openai"\n[experts.own]\ninstruction = "Work."\n';
  using world = startPublishingWorld({ [file]: x, "perstack.toml": manifest });
  const { status, stderr } = run(world.author.directory, ["publish", "@acme/typo", "--dry-run"]);
  expect([status, stderr]).toEqual([
    2,
    expect.stringContaining("There is no experts/acme/typo.toml in the commit"),
  ]);
  expect(stderr).not.toContain("provider");
});

test("given a checkout that git does not go into, then what git says is passed on", { timeout }, () => {
  using world = startPublishingWorld({ [file]: x });
  writeFileSync(join(world.author.directory, ".git", "config"), "[core\n");
  const { status, stderr } = run(world.author.directory, ["publish", "@acme/x"]);
  expect([status, stderr]).toEqual([2, expect.stringMatching(/PUBLISH_REFUSED.*bad config line 1/)]);
});

test("given a file in the place of the index's folder, then nothing of a new registry is said to be there", () => {
  const folder = mkdtempSync(join(tmpdir(), "expert-stack-blocked-"));
  try {
    writeFileSync(join(folder, "registry-index"), "");
    const { status, stdout, stderr } = run(folder, ["registry", "init", "--scope", "@acme", "--owner", "1"]);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("registry-index/README.md cannot be written");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("given the name of a branch that git takes for none, then no registry is begun with it", () => {
  const args = ["registry", "init", "--scope", "@acme", "--owner", "1", "--index-branch", "a..b"];
  const { status, stdout, stderr } = run(tmpdir(), args);
  expect([status, stdout, stderr]).toEqual([2, "", expect.stringContaining('--index-branch is "a..b"')]);
});
