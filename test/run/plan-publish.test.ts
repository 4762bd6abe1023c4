import { describe, expect, test } from "vitest";
import { indexPath } from "../../src/registry/index-path.ts";
import { definitionFile, parsePublishTag } from "../../src/registry/publish-tag.ts";
import { renderScopeFile, scopePath } from "../../src/registry/scope-owners.ts";
import { appendLine } from "../../src/run/append-line.ts";
import type { RegistryRepository } from "../../src/run/publishing-ports.ts";
import { indexText, publishing } from "../helpers/index-lines.ts";
import { ada, definitionText } from "../helpers/index-world.ts";
import { memoryRegistry } from "../helpers/memory-registry.ts";

/** A registry of ada's to which files are committed, and what becomes of a tag of the newest commit. */
const registry = (files: Readonly<Record<string, string>>) => {
  const world = memoryRegistry({ [scopePath("@acme")]: renderScopeFile("@acme", ada), ...files }, []);
  const open = (tag: string): RegistryRepository => {
    const repository = world.open(async () => {});
    return { ...repository, tags: async () => new Map([[tag, (await repository.branch("main")) ?? ""]]) };
  };
  return {
    commit: async (changed: Readonly<Record<string, string>>) => {
      const repository = open("");
      await repository.fetch({ branches: ["main"] });
      const parent = await repository.branch("main");
      const bytes = Object.entries(changed).map(
        ([path, text]) => [path, new TextEncoder().encode(text)] as const,
      );
      await repository.push({ branch: "main", files: new Map(bytes), message: "", parent: parent ?? "" });
    },
    publish: async (tag: string): Promise<string> =>
      await appendLine(open(tag), {
        request: {
          repository: { id: 1, repo: "github.com/acme/experts", defaultBranch: "main" },
          people: [ada],
          wanted: { type: "publish", tag: parsePublishTag(tag) },
        },
        at: "2026-11-26T00:00:00Z",
        pause: async () => {},
      }).then(
        ({ name, version }) => `${name}@${version}`,
        (error: Error) => `${"code" in error ? error.code : "?"}: ${error.message}`,
      ),
  };
};

const [a, b] = [definitionText("@acme/a", "1.0.0"), definitionText("@acme/b", "1.0.0")];
const id = (state: number): string => String(state).padStart(40, "0");

describe("given a tag v1.0.0 that published an Expert", () => {
  test("when it is moved to a commit of another Expert, then it does not publish that, too", async () => {
    const { commit, publish } = registry({ "perstack.toml": a });
    expect(await publish("v1.0.0")).toBe("@acme/a@1.0.0");
    await commit({ "perstack.toml": b });
    expect(await publish("v1.0.0")).toBe(`TAG_MOVED: The tag v1.0.0 named ${id(0)}, and names ${id(2)} now.`);
  });

  test("when the version is asked for again by the tag of a registry of many, then no tag is said to have moved", async () => {
    const { commit, publish } = registry({ "perstack.toml": a });
    await publish("v1.0.0");
    await commit({ "experts/acme/a.toml": a });
    expect(await publish("@acme/a@1.0.0")).toBe(
      `PUBLISH_REFUSED: @acme/a@1.0.0 is published already, by the tag v1.0.0 of the commit ${id(0)}.`,
    );
  });
});

test("given two names that read alike and are there, then both may publish a next version", async () => {
  const [tour, other] = ["@acme/tour", "@acme/t0ur"];
  const lines = [tour, other].map((name) => [
    indexPath(name),
    indexText(name, [publishing(name, "1.0.0", { definition: definitionText(name, "1.0.0") })]),
  ]);
  const { publish } = registry({
    ...Object.fromEntries(lines),
    [definitionFile(tour)]: definitionText(tour, "1.1.0"),
    [definitionFile("@acme/tou_r")]: definitionText("@acme/tou_r", "1.0.0"),
  });
  expect(await publish("@acme/tour@1.1.0")).toBe("@acme/tour@1.1.0");
  expect(await publish("@acme/tou_r@1.0.0")).toMatch(/^NAME_CONFUSABLE: /);
});
