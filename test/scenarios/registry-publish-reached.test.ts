import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { transports } from "../helpers/client-world.ts";
import { type GitHttps, startGitHttps } from "../helpers/git-https.ts";
import { ada, definitionText, eve } from "../helpers/index-world.ts";
import { type Reach, startPublishingWorld } from "../helpers/publishing-world.ts";

const timeout = 120_000;
const x = (version: string): string => definitionText("@acme/x", version);
const file = "experts/acme/x.toml";

const refused = { accept: "failure", append: "skipped", announce: "skipped" };
const published = { accept: "success", append: "success", announce: "success" };

let https: GitHttps;
beforeAll(async () => {
  https = await startGitHttps();
});
afterAll(async () => await https[Symbol.asyncDispose]());

let served = 0;

/** A registry that the workflows' jobs fetch from and push to by https. */
const byHttps: Reach = (remote) => {
  served += 1;
  const url = https.serve(`acme/experts-${served}`, remote, { writable: true });
  return { url, environment: { GIT_SSL_CAINFO: https.ca } };
};

describe.each(transports)("given a registry that is reached over %s", (transport) => {
  const registry = (files: Parameters<typeof startPublishingWorld>[0] = { [file]: x("1.0.0") }) =>
    transport === "https" ? startPublishingWorld(files, byHttps) : startPublishingWorld(files);

  test("a tag is published once, and neither the same one again nor a moved one adds anything", {
    timeout,
  }, async () => {
    using world = registry();
    world.author.git("tag", "@acme/x@1.0.0");
    const before = https.requests.length;
    const [first] = await world.pushTags(["@acme/x@1.0.0"]);
    expect(first?.results).toEqual(published);
    expect(https.requests.length > before).toBe(transport === "https");
    const [again] = await world.pushTags(["@acme/x@1.0.0"]);
    expect([again?.results, again?.log]).toEqual([refused, expect.stringContaining("PUBLISH_REFUSED")]);
    world.author.git("pull", "--quiet", "--rebase", "origin", "main");
    world.author.commit({ [file]: `${x("1.0.0")}# Another one.\n` });
    world.author.git("push", "--quiet", "origin", "main");
    world.author.git("tag", "--force", "@acme/x@1.0.0");
    const [moved] = await world.pushTags(["@acme/x@1.0.0"]);
    expect([moved?.results, moved?.log]).toEqual([refused, expect.stringContaining("TAG_MOVED")]);
    expect(world.lines("@acme/x")?.heads).toHaveLength(1);
  });

  test("of four tags in one push none is published until reconcile reports and an owner asks", {
    timeout,
  }, async () => {
    const names = ["a", "b", "c", "d"];
    using world = registry(
      Object.fromEntries(
        names.map((name) => [`experts/acme/${name}.toml`, definitionText(`@acme/${name}`, "1.0.0")]),
      ),
    );
    const tags = names.map((name) => `@acme/${name}@1.0.0`);
    for (const tag of [...tags, "release-7", "v7.0.0"]) world.author.git("tag", tag);
    world.author.git("push", "--quiet", "origin", "refs/tags/release-7", "refs/tags/v7.0.0");
    expect(await world.pushTags(tags)).toEqual([]);
    const { log, results } = await world.run("reconcile", "schedule");
    expect(results).toEqual({ reconcile: "success" });
    expect(log.match(/::warning::\S+ names \S+ and is not published/g)).toEqual(
      tags.map((tag) => `::warning::${tag} names ${world.author.head()} and is not published`),
    );
    expect((await world.dispatch({ action: "index", version: tags[2] ?? "" }, eve)).results).toEqual(refused);
    expect(world.lines("@acme/c")).toBeUndefined();
    expect((await world.dispatch({ action: "index", version: tags[2] ?? "" })).results).toEqual(published);
    expect(world.lines("@acme/c")?.versions.get("1.0.0")?.line.src.tag).toBe(tags[2]);
    expect((await world.run("reconcile", "schedule")).log).not.toContain("@acme/c@1.0.0 names");
  });

  test("two who publish at the same time both have their lines, on one chain", {
    timeout,
  }, async () => {
    using world = registry();
    world.author.git("tag", "@acme/x@1.0.0");
    world.author.commit({ [file]: x("1.1.0"), "experts/acme/y.toml": definitionText("@acme/y", "1.0.0") });
    world.author.git("tag", "@acme/x@1.1.0");
    world.author.git("tag", "@acme/y@1.0.0");
    const tags = ["@acme/x@1.0.0", "@acme/x@1.1.0", "@acme/y@1.0.0"];
    world.author.git("push", "--quiet", "origin", "main", ...tags.map((tag) => `refs/tags/${tag}`));
    const played = await Promise.all(
      tags.map(async (tag) => {
        const commit = world.git("rev-parse", `refs/tags/${tag}`);
        return await world.afterPush({ tag, commit, by: ada });
      }),
    );
    expect(played.map(({ results }) => results.append)).toEqual(["success", "success", "success"]);
    expect([...(world.lines("@acme/x")?.versions.keys() ?? [])].sort()).toEqual(["1.0.0", "1.1.0"]);
    expect(world.lines("@acme/y")?.versions.size).toBe(1);
    expect(world.names().split("\n")).toHaveLength(2);
    expect((await world.run("reconcile", "schedule")).results).toEqual({ reconcile: "success" });
  });
});
