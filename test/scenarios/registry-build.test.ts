import { execFile } from "node:child_process";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { definitionPath, sha256 } from "../../src/registry/index-path.ts";
import {
  append,
  definitionText,
  indexOf,
  listNames,
  publishEntry,
  statusEntry,
} from "../helpers/index-world.ts";
import { runCli, startCliWorld } from "../helpers/run-cli.ts";
import { serveFiles } from "../helpers/static-server.ts";

const consumer = join(import.meta.dirname, "..", "fixtures", "registry-consumer.mjs");

const skill = `[experts."@acme/x".skills.github]\ntype = "mcpStdioSkill"\ncommand = "npx"\npackageName = "github-mcp@1.2.3"\n`;
const newest = definitionText(
  "@acme/x",
  "1.1.0",
  `description = "Looks </script> twice."\ndelegates = ["@acme/y@1"]\n${skill}`,
);

/** A registry's checkout, whose remote is itself. */
const start = async () => {
  const files = indexOf([definitionText("@acme/x", "1.0.0"), newest, definitionText("@acme/y", "1.0.0")]);
  append(
    files,
    publishEntry(definitionText("@acme/x", "2.0.0-rc.1")),
    definitionText("@acme/x", "2.0.0-rc.1"),
  );
  listNames(files);
  const world = await startCliWorld({
    files: Object.fromEntries([...files].map(([path, { content }]) => [path, content])),
  });
  world.workspace.git("remote", "add", "origin", world.workspace.directory);
  const build = async (out = "site") => await runCli(world, ["registry", "build", "--out", out]);
  const written = (out = "site"): ReadonlyMap<string, string> => {
    const folder = join(world.workspace.directory, out);
    const paths = globSync("**/*", { cwd: folder, withFileTypes: true, exclude: [] })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
    return new Map(paths.sort().map((path) => [path, readFileSync(join(folder, path), "utf8")]));
  };
  return { world, files, build, written, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
};

test("a program that knows the API and nothing of git finds, reads and checks an Expert on a plain web host", async () => {
  await using scene = await start();
  const built = await scene.build();
  expect([built.exitCode, built.stderr]).toEqual([0, ""]);
  expect(built.stdout).toMatch(/^site: 2 Experts, \d+ files\.\n$/);
  await using host = await serveFiles(join(scene.world.workspace.directory, "site"));
  const { stdout } = await promisify(execFile)(process.execPath, [consumer, host.url, "@acme/x"]);
  expect(JSON.parse(stdout)).toEqual({
    total: 2,
    names: ["@acme/x@1.1.0", "@acme/y@1.0.0"],
    versions: ["2.0.0-rc.1", "1.1.0", "1.0.0"],
    expert: {
      type: "registryExpert",
      ...{ id: sha256(newest), key: "@acme/x@1.1.0", name: "@acme/x", version: "1.1.0" },
      ...{ minRuntimeVersion: "v1.0", description: "Looks </script> twice." },
      owner: {
        name: "acme",
        organizationId: expect.stringMatching(/^[a-z0-9]{24}$/),
        createdAt: "2026-11-26T00:00:00Z",
      },
      ...{ createdAt: "2026-11-26T00:00:00Z", updatedAt: "2026-11-26T00:00:00Z", status: "available" },
      instruction: "Look.",
      skills: {
        github: {
          ...{ type: "mcpStdioSkill", command: "npx", packageName: "github-mcp@1.2.3" },
          ...{ args: [], requiredEnv: [], pick: [], omit: [], lazyInit: false },
        },
      },
      ...{ delegates: ["@acme/y@1"], tags: ["latest"] },
    },
    ...{ isOne: true, isWhole: true },
  });
});

test("the same index is the same files, each answer also with its type's ending and none of them a page", async () => {
  await using scene = await start();
  await scene.build();
  const first = scene.written();
  const api = "api/registry/v1/experts/@acme";
  for (const path of [`${api}/x@1.1.0`, `${api}/x@latest`, `${api}/x/versions`]) {
    expect(first.get(path)).toBe(first.get(`${path}.json`));
    expect(first.get(path)).toContain('"name":"@acme/x"');
  }
  expect(first.get(`${api}/x/index.html`)).toBe(first.get(`${api}/x.json`));
  expect([...first.values()].filter((text) => text.includes("</script>"))).toEqual([newest]);
  await scene.build("other");
  expect(scene.written("other")).toEqual(first);
  expect((await scene.build()).exitCode).toBe(0);
  expect(scene.written()).toEqual(first);
});

test("what is thought of a version since is in its answer, and what its name means is another one", async () => {
  await using scene = await start();
  append(scene.files, { ...statusEntry("1.1.0", "disabled"), at: "2026-12-01T00:00:00Z" });
  listNames(scene.files);
  scene.world.workspace.commit(
    Object.fromEntries([...scene.files].map(([path, { content }]) => [path, content])),
  );
  expect((await scene.build()).exitCode).toBe(0);
  const read = (key: string) =>
    JSON.parse(scene.written().get(`api/registry/v1/experts/@acme/${key}.json`) ?? "").data.expert;
  expect(read("x@1.1.0")).toMatchObject({ status: "disabled", updatedAt: "2026-12-01T00:00:00Z", tags: [] });
  expect(read("x")).toMatchObject({ version: "1.0.0", tags: ["latest"] });
});

test("a folder with anything else in it stays as it is, and so does one before an index that does not hold together", async () => {
  await using scene = await start();
  const { workspace } = scene.world;
  await scene.build();
  const first = scene.written();
  writeFileSync(join(workspace.directory, "site", "notes.md"), "Mine.\n");
  const refused = await scene.build();
  expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining("holds notes.md")]);
  expect(scene.written()).toEqual(new Map([...first, ["notes.md", "Mine.\n"] as const]));
  workspace.git("clean", "--quiet", "-fd", "site/notes.md");
  workspace.commit({ [definitionPath(sha256(newest))]: "other" });
  const damaged = await scene.build();
  expect([damaged.exitCode, damaged.stderr]).toEqual([
    1,
    expect.stringContaining("does not have the digest"),
  ]);
  expect(scene.written()).toEqual(first);
  expect(globSync("site.*", { cwd: workspace.directory })).toEqual([]);
});
