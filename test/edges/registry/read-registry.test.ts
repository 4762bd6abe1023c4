import { describe, expect, test } from "vitest";
import { definitionPath, indexPath } from "../../../src/registry/index-path.ts";
import { makeRegistry } from "../../helpers/git-registry.ts";
import { addressOf, never, openRegistries } from "./open-registries.ts";

const names = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `@acme/expert-${index}`);

const servesFilters = (registry: { git(...args: readonly string[]): string }): void => {
  registry.git("config", "uploadpack.allowFilter", "true");
  registry.git("config", "uploadpack.allowAnySHA1InWant", "true");
};

describe.each([
  ["that leaves files out until they are wanted", servesFilters],
  ["that knows no filters", () => undefined],
])("given a registry on a server %s", (_, prepare) => {
  test("its newest state is read to the byte, and what is not there is left out", async () => {
    using registry = makeRegistry();
    prepare(registry);
    const { definition, sha256 } = registry.publish({ name: "@acme/x", version: "1.0.0" });
    await using open = openRegistries();
    const snapshot = await open.registries.open(addressOf(registry.url), never);
    expect(snapshot.commit).toBe(registry.head());
    const files = await snapshot.read(
      [indexPath("@acme/x"), definitionPath(sha256), indexPath("@acme/none"), "README.md/none"],
      never,
    );
    expect([...files.keys()]).toEqual([indexPath("@acme/x"), definitionPath(sha256)]);
    expect(files.get(definitionPath(sha256))).toEqual(definition);
  });
});

describe.each([1, 20])("given %i Experts at once", (count) => {
  test("they cost one fetch to open and one a reading, which brings what is likely to be read next", async () => {
    using registry = makeRegistry();
    servesFilters(registry);
    registry.publishAll(names(count).map((name) => ({ name, version: "1.0.0" })));
    await using open = openRegistries();
    const snapshot = await open.registries.open(addressOf(registry.url), never);
    const files = await snapshot.read(names(count).map(indexPath), never);
    expect(files.size).toBe(count);
    expect(open.commands()).toEqual(["fetch", "fetch"]);
    await snapshot.read(names(count).map(indexPath), never);
    expect(open.commands()).toHaveLength(2);
  });

  test("what is likely to be read next comes along, and nothing of it is an error before it is read", async () => {
    using registry = makeRegistry({ "likely.toml": "likely", link: { linkTo: "likely.toml" } });
    servesFilters(registry);
    registry.publishAll(names(count).map((name) => ({ name, version: "1.0.0" })));
    await using open = openRegistries();
    const snapshot = await open.registries.open(addressOf(registry.url), never);
    const [first = "", ...rest] = names(count).map(indexPath);
    const files = await snapshot.read([first], never, ["none.toml", "likely.toml"]);
    expect([...files.keys()]).toEqual([first]);
    expect((await snapshot.read(["likely.toml"], never)).size).toBe(1);
    expect(open.commands()).toEqual(["fetch", "fetch"]);
    expect((await snapshot.read(rest, never, ["link", "../x"])).size).toBe(count - 1);
    await expect(snapshot.read(["link"], never)).rejects.toMatchObject({ code: "PATH_ESCAPE" });
  });
});
