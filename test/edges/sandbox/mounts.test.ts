import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { mountTables } from "../../../src/edges/sandbox/mount-table.ts";
import { type Mount, mountPlan } from "../../../src/edges/sandbox/mounts.ts";
import { toolchains } from "../../../src/edges/sandbox/toolchains.ts";

const world = (...files: readonly string[]): ((path: string) => string) => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "mounts-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), "");
  }
  return (path) => join(root, path);
};

test("an outer folder is mounted before what lies in it, and the last word about a path holds", () => {
  const at = world("home/work/repo/a.txt", "home/bin/tool");
  const plan = mountPlan([
    { type: "write", path: at("home/work/repo") },
    { type: "hide", path: at("home") },
    { type: "hide", path: at("home/bin") },
    { type: "read", path: at("home/bin") },
    { type: "hide", path: at("not/there") },
  ]);
  expect(plan).toEqual([
    { type: "hide", path: at("home") },
    { type: "read", path: at("home/bin") },
    { type: "write", path: at("home/work/repo") },
  ]);
});

test("what can be read already is not mounted, a link is followed, a hidden file is an empty one", () => {
  const at = world("home/secret", "home/token", "tools/x");
  symlinkSync(at("home/secret"), at("link"));
  const plan = mountPlan([
    { type: "read", path: at("tools") },
    { type: "hide", path: at("link") },
    { type: "hide", path: at("home/token") },
  ]);
  expect(plan).toEqual([
    { type: "cover", path: at("home/secret"), by: "/dev/null" },
    { type: "cover", path: at("home/token"), by: "/dev/null" },
  ]);
});

test("what is to be covered on another file system, which is not there anyway, is no mount", () => {
  const cover = (path: string): Mount => ({ type: "cover", path, by: "/dev/null" });
  const tables = mountTables("/r", {
    mounts: [cover("/proc/version"), cover("/etc/shadow")],
    uid: 1,
    gid: 2,
  });
  const all = tables.first + tables.second + tables.points.join("\n");
  expect(all).toContain("/r/etc/shadow");
  expect(all).not.toContain("/r/proc/version");
});

test("a hidden file of a hidden folder needs no mount, and a configuration in one keeps its own", () => {
  const at = world("repo/.git/config", "repo/.git/agent.sock", "other/config");
  const plan = mountPlan([
    { type: "hide", path: at("repo/.git") },
    { type: "hide", path: at("repo/.git/agent.sock") },
    { type: "cover", path: at("repo/.git/config"), by: at("other/config") },
  ]);
  expect(plan).toEqual([
    { type: "hide", path: at("repo/.git") },
    { type: "cover", path: at("repo/.git/config"), by: at("other/config") },
  ]);
});

test("the root itself is never hidden nor opened", () => {
  expect(
    mountPlan([
      { type: "hide", path: "/" },
      { type: "write", path: "/" },
    ]),
  ).toEqual([]);
});

test("a table escapes what would end a field, and files in hidden folders wait for their places", () => {
  const at = world("ho me/a\tb/#c\\d/file", "ho me/a\tb/x");
  const mounts = mountPlan([
    { type: "hide", path: at("ho me") },
    { type: "read", path: at("ho me/a\tb/#c\\d/file") },
  ]);
  const { first, points, second } = mountTables("/r", { mounts, uid: 1, gid: 2 });
  expect(first.split("\n").at(-2)).toMatch(/^sandbox \/r\/.*\/ho\\040me tmpfs mode=700,uid=1,gid=2,/);
  expect(points).toEqual([`/r${at("ho me/a\tb/#c\\d/file")}`]);
  expect(second.split(" ")).toHaveLength(6);
  expect(second).toContain("ho\\040me/a\\011b/\\043c\\134d/file /r/");
});

test("programs in a home can be read, and nothing else of it", () => {
  const at = world(
    "home/.cargo/bin/cargo",
    "home/.cargo/credentials.toml",
    "home/.local/bin/x",
    "home/.local/lib/y",
    "home/node-24/bin/node",
    "home/node-24/lib/z",
  );
  const path = ["home/.cargo/bin", "home/.local/bin", "home/node-24/bin", "home", "nowhere"]
    .map(at)
    .join(":");
  const options = { searchPath: path, home: at("home"), foreign: [], hidden: [] };
  const readable = toolchains(options);
  expect(readable.slice(0, 3)).toEqual([at("home/.cargo/bin"), at("home/.local/bin"), at("home/node-24")]);
  for (const folder of readable) expect(["home", "home/.cargo", "home/.local"].map(at)).not.toContain(folder);
});
