import { describe, expect, test } from "vitest";
import type { SourceFile } from "../../../src/run/registry-ports.ts";
import { makeRegistry, type ScratchRegistry } from "../../helpers/git-registry.ts";
import { addressOf, never, openRegistries } from "./open-registries.ts";

const source = async (
  registry: ScratchRegistry,
  file: Omit<SourceFile, "address" | "path">,
  path = "x.toml",
) => {
  await using open = openRegistries();
  const found = await open.registries.source({ address: addressOf(registry.url), path, ...file }, never);
  return found && { commit: found.commit, text: Buffer.from(found.content).toString("utf8") };
};

const makeSource = (): ScratchRegistry => {
  const registry = makeRegistry({ "x.toml": "one" });
  registry.git("config", "uploadpack.allowFilter", "true");
  registry.git("tag", "v1.0.0");
  return registry;
};

const nowhere = "12".repeat(20);

describe("given a definition at its source", () => {
  test("it is read by its commit, wherever the branch went since", async () => {
    using registry = makeSource();
    const commit = registry.head();
    registry.commit({ "x.toml": "two" });
    expect(await source(registry, { commit })).toEqual({ commit, text: "one" });
  });

  test("a commit that is in no branch or tag any more is still the version", async () => {
    using registry = makeSource();
    const commit = registry.head();
    registry.git("tag", "--delete", "v1.0.0");
    registry.git("commit", "--quiet", "--amend", "--message", "Rewritten");
    expect(await source(registry, { commit })).toEqual({ commit, text: "one" });
  });

  test("a commit that is gone is looked for by its tag, and the answer says which it is", async () => {
    using registry = makeSource();
    const commit = registry.head();
    expect(await source(registry, { commit: nowhere, tag: "v1.0.0" })).toEqual({ commit, text: "one" });
  });

  test("a tag with a text of its own means its commit, also one of a tag", async () => {
    using registry = makeSource();
    registry.git("tag", "--annotate", "--message", "Release", "v1.1.0");
    registry.git("tag", "--annotate", "--message", "Of a tag", "v1.1.1", "v1.1.0");
    const commit = registry.head();
    expect(await source(registry, { tag: "v1.1.0" })).toEqual({ commit, text: "one" });
    expect(await source(registry, { tag: "v1.1.1" })).toEqual({ commit, text: "one" });
  });

  test("a tag that moved names another commit", async () => {
    using registry = makeSource();
    const commit = registry.commit({ "x.toml": "two" });
    registry.git("tag", "--force", "v1.0.0");
    expect(await source(registry, { tag: "v1.0.0" })).toEqual({ commit, text: "two" });
  });

  test.each<[string, Omit<SourceFile, "address" | "path">, string]>([
    ["the commit", { commit: nowhere }, "x.toml"],
    ["the tag", { tag: "v9.0.0" }, "x.toml"],
    ["both", { commit: nowhere, tag: "v9.0.0" }, "x.toml"],
    ["the file", { tag: "v1.0.0" }, "y.toml"],
    ["a tag by such a name", { tag: "v1.0.0:refs/heads/x" }, "x.toml"],
    ["a commit by such an id", { commit: "refs/heads/main" }, "x.toml"],
  ])("where %s is not there, nothing is found", async (_, file, path) => {
    using registry = makeSource();
    expect(await source(registry, file, path)).toBeUndefined();
  });

  test("a path that leads out is refused", async () => {
    using registry = makeSource();
    await expect(source(registry, { tag: "v1.0.0" }, "../x.toml")).rejects.toMatchObject({
      code: "PATH_ESCAPE",
    });
  });

  test("a repository that is not there is not a definition that is not there", async () => {
    using registry = makeSource();
    const address = addressOf(`${registry.url}/none`);
    await using open = openRegistries();
    const file = { address, path: "x.toml", commit: nowhere, tag: "v1.0.0" };
    await expect(open.registries.source(file, never)).rejects.toMatchObject({
      code: "REGISTRY_UNREACHABLE",
      message: expect.stringContaining("no such repository"),
    });
  });

  test("what was read once is read again without the network", async () => {
    using registry = makeSource();
    const commit = registry.head();
    const file = { address: addressOf(registry.url), path: "x.toml", commit };
    await using open = openRegistries();
    await open.registries.source(file, never);
    await using another = open.another();
    const before = open.commands().length;
    expect((await another.source(file, never))?.commit).toBe(commit);
    expect(open.commands().slice(before)).toEqual([]);
  });
});

describe("given tags", () => {
  test("their commits come in one fetch, without those that are not there", async () => {
    using registry = makeSource();
    const first = registry.head();
    const second = registry.commit({ "x.toml": "two" });
    registry.git("tag", "@acme/x@1.2.3");
    registry.git("tag", "@acme/x@1.2.30", first);
    registry.git("tag", "--annotate", "--message", "Release", "v1.0.1");
    const names = [
      "@acme/x@1.2.3",
      "v1.0.0",
      "v1.0.1",
      "v1.0",
      "@acme/none@1.0.0",
      "of-a-tree",
      "a b",
      "v1.0.0",
    ];
    await using open = openRegistries();
    expect(await open.registries.tags(addressOf(registry.url), names, never)).toEqual(
      new Map([
        ["@acme/x@1.2.3", second],
        ["v1.0.0", first],
        ["v1.0.1", second],
      ]),
    );
    expect(open.commands()).toEqual(["fetch"]);
  });

  test("of which none is there are none", async () => {
    using registry = makeSource();
    await using open = openRegistries();
    expect(await open.registries.tags(addressOf(registry.url), ["v9.9.9"], never)).toEqual(new Map());
  });

  test("asking for none asks nobody", async () => {
    await using open = openRegistries();
    expect(await open.registries.tags(addressOf("file:///none"), [], never)).toEqual(new Map());
    expect(open.commands()).toEqual([]);
  });

  test("of a registry that does not answer are not none", async () => {
    await using open = openRegistries();
    const asking = open.registries.tags(addressOf("file:///none"), ["v1.0.0"], never);
    await expect(asking).rejects.toMatchObject({ code: "REGISTRY_UNREACHABLE" });
  });

  test("do not make the registry's index unreadable", async () => {
    using registry = makeSource();
    await using open = openRegistries();
    const address = addressOf(registry.url);
    await open.registries.tags(address, ["v1.0.0"], never);
    const snapshot = await open.registries.open(address, never);
    expect((await snapshot.read(["x.toml"], never)).size).toBe(1);
  });
});
