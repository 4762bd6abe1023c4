import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { planOf } from "../../../src/edges/sandbox/plan.ts";
import { viewOf } from "../../../src/edges/sandbox/view.ts";
import type { Confinement } from "../../../src/run/sandbox-ports.ts";

const world = (...files: readonly string[]) => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "plan-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const file of [...files, "control/x", "repo/a.txt", "runner/token"]) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), "secret");
  }
  const at = (path: string): string => join(root, path);
  const options = {
    ...{ checkout: at("repo"), workspace: at("repo"), home: at("home"), searchPath: "/usr/bin" },
    hidden: [at("runner"), ...files.filter((file) => file.includes("credential")).map(at)],
  };
  return { at, options, plan: () => planOf(options, at("control")) };
};

const confinement = (path: string, more: Partial<Confinement> = {}): Confinement => ({
  workspace: { path, access: "write" },
  checkout: "visible",
  ...{ readable: [], writable: [], hosts: [], addresses: "public" },
  onAccess: () => undefined,
  warn: () => undefined,
  ...more,
});

test("what a process made of the workspace since has no say in what the next one sees", () => {
  const { at, plan } = world();
  const made = plan();
  const before = viewOf(made, "/bin/sh", confinement(at("repo")));
  symlinkSync(at("runner"), at("repo/.git"));
  symlinkSync(at("runner"), at("repo/.expert-stack"));
  expect(viewOf(made, "/bin/sh", confinement(at("repo")))).toEqual(before);
  expect(before).toContainEqual({ type: "hide", path: at("runner") });
});

test("every checkout in the workspace shows git without credentials, and none can be renamed away", () => {
  const { at, plan } = world(
    "repo/.git/config",
    "repo/deep/other/.git/config",
    "repo/node_modules/x/.git/config",
  );
  const view = viewOf(plan(), "/bin/sh", confinement(at("repo")));
  const hidden = view.filter(({ type }) => type === "hide").map(({ path }) => path);
  expect(hidden).toEqual(expect.arrayContaining([at("repo/.git"), at("repo/deep/other/.git")]));
  for (const path of ["repo/deep", "repo/deep/other"]) {
    expect(view).toContainEqual({ type: "write", path: at(path) });
  }
});

test("a folder that was moved away, and a link put in its place, lets no process start", () => {
  const { at, plan } = world("repo/a/.git/config");
  const made = plan();
  renameSync(at("repo/a"), at("repo/z"));
  expect(() => viewOf(made, "/bin/sh", confinement(at("repo")))).not.toThrow();
  symlinkSync(at("runner"), at("repo/a"));
  expect(() => viewOf(made, "/bin/sh", confinement(at("repo")))).toThrow(`${at("repo/a")} is a link by now`);
});

test("a repository of any shape and depth shows git without credentials", () => {
  const bare = ["HEAD", "config", "objects/x", "refs/x"].map((name) => `repo/mirrors/m.git/${name}`);
  const { at, plan } = world(...bare, "repo/a/b/c/d/e/f/.git/config");
  const view = viewOf(plan(), "/bin/sh", confinement(at("repo")));
  for (const git of ["repo/mirrors/m.git", "repo/a/b/c/d/e/f/.git"]) {
    expect(view).toContainEqual({ type: "cover", path: at(`${git}/config`), by: expect.any(String) });
  }
  expect(view).toContainEqual({ type: "hide", path: at("repo/a/b/c/d/e/f/.git") });
  // Anybody can make a folder that looks like a bare repository: what else is in it stays, and it stays where it is.
  expect(view).toContainEqual({ type: "write", path: at("repo/mirrors/m.git") });
  expect(view).not.toContainEqual({ type: "hide", path: at("repo/mirrors/m.git") });
});

test("a checkout behind thousands of folders is found all the same", () => {
  const { at, plan } = world("repo/z/.git/config");
  for (let number = 0; number < 4_500; number++) mkdirSync(at(`repo/d${number}`));
  const view = viewOf(plan(), "/bin/sh", confinement(at("repo")));
  expect(view).toContainEqual({ type: "hide", path: at("repo/z/.git") });
});

test("a hidden file that another takes the place of, behind its name, is hidden as well", () => {
  const { at, options } = world("secrets/one");
  symlinkSync(at("secrets/one"), at("secrets/token"));
  const made = planOf({ ...options, hidden: [at("secrets/token")] }, at("control"));
  // Where a name leads is asked again at each start.
  expect(made.hidden).toEqual(expect.arrayContaining([at("secrets/token"), at("secrets/one")]));
});

test("a credential's file in the workspace is hidden, and the folders on the way to it stay where they are", () => {
  const { at, plan } = world("repo/conf/deep/credential.json");
  const view = viewOf(plan(), "/bin/sh", confinement(at("repo")));
  expect(view.slice(-3)).toEqual([
    { type: "write", path: at("repo/conf") },
    { type: "write", path: at("repo/conf/deep") },
    { type: "cover", path: at("repo/conf/deep/credential.json"), by: "/dev/null" },
  ]);
});

test("a PATH that leads into the workspace, or through it elsewhere, shows nothing more", () => {
  const { at, options } = world("home/tools/bin/x");
  symlinkSync(at("runner"), at("repo/bin"));
  const searchPath = [at("repo/bin"), at("repo"), at("home/tools/bin"), at("home")].join(":");
  const { tools } = planOf({ ...options, searchPath }, at("control"));
  const there = tools.map(({ path }) => path).filter((path) => !path.includes("/home/."));
  expect(there).toEqual([at("home/tools/bin")]);
});

test("an Expert with a workspace of its own does not see the checkout", () => {
  const { at, plan } = world("own/b.txt", "repo/.git/config");
  const view = viewOf(plan(), "/bin/sh", confinement(at("own"), { checkout: "hidden" }));
  expect(view).toContainEqual({ type: "hide", path: at("repo") });
  expect(view.filter(({ path }) => path.startsWith(at("repo/")))).toEqual([]);
});

test("stored jobs are hidden as soon as there are some", () => {
  const { at, plan } = world();
  const made = plan();
  mkdirSync(at("repo/stored"));
  renameSync(at("repo/stored"), at("repo/.expert-stack"));
  const view = viewOf(made, "/bin/sh", confinement(at("repo")));
  expect(view).toContainEqual({ type: "hide", path: at("repo/.expert-stack") });
});
