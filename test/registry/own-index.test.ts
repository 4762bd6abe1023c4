import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { indexSchema } from "../../src/registry/index-schema.ts";
import { newRegistry } from "../../src/registry/new-registry.ts";
import { readPublishedDefinition } from "../../src/registry/published-definition.ts";
import { registryReadme } from "../../src/registry/registry-readme.ts";
import { readWholeIndex } from "../../src/registry/whole-index.ts";
import { ada, textIn } from "../helpers/index-world.ts";

const root = join(import.meta.dirname, "..", "..");

/** What git keeps of a folder, as it lies there. */
const tracked = (folder: string) =>
  execFileSync("git", ["ls-files", "-z", "--stage", folder], { cwd: root, encoding: "utf8" })
    .split("\0")
    .flatMap((line) => {
      const [, mode, id, path] = /^(\d+) ([0-9a-f]+) 0\t(.*)$/.exec(line) ?? [];
      if (mode === undefined || id === undefined || path === undefined) return [];
      return [[path, { mode, id, content: readFileSync(join(root, path)) }] as const];
    });

test("this repository's own index is whole, and has the first-party Experts", () => {
  const { states } = readWholeIndex(new Map(tracked("registry-index")));
  const definitions = tracked("experts/expert-stack");
  expect(definitions.length).toBeGreaterThan(0);
  for (const [path, { content }] of definitions) {
    const { name, version, sha256 } = readPublishedDefinition(content, { file: path }).facts;
    expect([path, states.get(name)?.versions.get(version)?.line.sha256]).toEqual([path, sha256]);
  }
});

test("its rules and its schema are as `npm run schema` writes them", () => {
  const files = new Map(tracked("registry-index"));
  expect(textIn(files, "registry-index/README.md")).toBe(registryReadme);
  expect(textIn(files, "registry-index/schema.json")).toBe(indexSchema());
});

test("its workflows are those of any registry, but for the action of its own commit and its own releases' tags", () => {
  for (const [path, text] of newRegistry({ scope: "@acme", owner: ada })) {
    if (!path.startsWith(".github/")) continue;
    const own = readFileSync(join(root, path), "utf8").split("\n").slice(1).join("\n");
    const others = text
      .split("\n")
      .slice(1)
      .join("\n")
      .replaceAll("expert-stack/expert-stack/.github/actions/registry@v1", "$/.github/actions/registry")
      .replace('["@*/*@*", "v[0-9]*"]', '["@*/*@*"]');
    expect(own).toBe(others);
  }
});
