import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newRegistry } from "../../src/registry/new-registry.ts";
import { ada } from "../helpers/index-world.ts";
import { startPublishingWorld } from "../helpers/publishing-world.ts";

const program = join(import.meta.dirname, "..", "..", "dist", "index.js");

const init = (folder: string, ...options: readonly string[]) =>
  spawnSync(process.execPath, [program, "registry", "init", folder, ...options], { encoding: "utf8" });

const scratch = () => {
  const folder = mkdtempSync(join(tmpdir(), "expert-stack-new-registry-"));
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
};

test("given an empty folder, when a registry is begun there, then a second time changes nothing", () => {
  using at = scratch();
  const options = ["--scope", "@acme", "--owner", "1815", "--login", "ada"];
  expect(init(at.folder, ...options)).toMatchObject({ status: 0, stderr: "" });
  const scope = join(at.folder, "registry-index/scopes/acme.toml");
  expect(readFileSync(scope, "utf8")).toContain('id = 1815\nlogin = "ada"\n');
  writeFileSync(scope, "v = 1\n[[owners]]\nid = 7\n");
  const again = init(at.folder, ...options);
  expect(again.stdout).toContain("kept   registry-index/scopes/acme.toml\n");
  expect(readFileSync(scope, "utf8")).toContain("id = 7");
  for (const [path, text] of newRegistry({ scope: "@acme", owner: ada })) {
    if (path !== "registry-index/scopes/acme.toml")
      expect(readFileSync(join(at.folder, path), "utf8")).toBe(text);
  }
});

test.each([
  ["a login for a number", ["--scope", "@acme", "--owner", "ada"], '--owner is "ada"'],
  ["a scope that is a device", ["--scope", "@con", "--owner", "1"], "a device on Windows"],
  ["a scope without its sign", ["--scope", "acme", "--owner", "1"], '--scope is "acme"'],
  [
    "what is no commit",
    ["--scope", "@acme", "--owner", "1", "--action-ref", "v1 # x"],
    "a commit id or a tag",
  ],
  [
    "a branch that is an option",
    ["--scope", "@acme", "--owner", "1", "--index-branch=-x"],
    "the name of a branch",
  ],
])("given %s, then nothing is begun", (_, options, message) => {
  using at = scratch();
  const { status, stderr, stdout } = init(at.folder, ...options);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
});

test("given a new registry that was pushed, when its first tag is pushed, then it publishes", {
  timeout: 60_000,
}, async () => {
  using world = startPublishingWorld(Object.fromEntries(newRegistry({ scope: "@acme", owner: ada })));
  const publish = (...options: readonly string[]) =>
    execFileSync(process.execPath, [program, "publish", "@acme/hello", ...options], {
      cwd: world.author.directory,
      encoding: "utf8",
    });
  expect(publish("--dry-run")).toBe(
    `@acme/hello@0.1.0 can be published: ${world.author.head()} as the tag @acme/hello@0.1.0.\n`,
  );
  expect(world.author.git("tag", "--list")).toBe("");
  expect(publish()).toContain("Pushed the tag @acme/hello@0.1.0.");
  const [played] = await world.pushTags(["@acme/hello@0.1.0"]);
  expect(played?.results.append).toBe("success");
  expect(world.lines("@acme/hello")?.versions.get("0.1.0")?.status).toBe("available");
  expect((await world.run("reconcile", "schedule")).log).toContain(
    "The index is whole: 1 Expert, 1 version.",
  );
});
