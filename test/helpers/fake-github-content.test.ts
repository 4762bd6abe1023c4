import { describe, expect, it } from "vitest";
import { addCommit } from "./fake-github/populate-repository.ts";
import { startSmallWorld } from "./fake-github-fixture.ts";

const read = { contents: "read" } as const;

describe("files on the fake GitHub", () => {
  it("come as bytes in base64 up to a megabyte, and raw beyond it", async () => {
    await using world = await startSmallWorld();
    const { github, repository } = world;
    const large = Buffer.alloc(1024 ** 2 + 1, "x");
    addCommit(github.world, repository, {
      files: { "large.txt": large, "small.bin": Buffer.from([255, 0, 10]) },
    });
    const ask = (name: string, accept?: string) =>
      world.ask({ route: `GET …/contents/${name}`, permissions: read, ...(accept ? { accept } : {}) });
    expect((await ask("small.bin")).json()).toMatchObject({ content: "/wAK\n", encoding: "base64", size: 3 });
    expect((await ask("large.txt")).json()).toMatchObject({
      content: "",
      encoding: "none",
      size: large.length,
    });
    const raw = await ask("large.txt", "application/vnd.github.raw+json");
    expect(raw.text.length).toBe(large.length);
    github.world.limits.contentsRawBytes = 10;
    expect((await ask("large.txt")).status).toBe(403);
  });

  it("follow a symlink inside the repository and show where any other points", async () => {
    await using world = await startSmallWorld();
    const { github, repository } = world;
    const link = (content: string) => ({ mode: "120000", content }) as const;
    addCommit(github.world, repository, {
      files: { "src/in": link("../README.md"), "src/out": link("../../etc/passwd") },
    });
    const ask = async (name: string) =>
      (await world.ask({ route: `GET …/contents/${name}`, permissions: read })).json();
    expect(await ask("src/in")).toMatchObject({ type: "file", content: "IyBXaWRnZXRzCg==\n" });
    expect(await ask("src/out")).toMatchObject({ type: "symlink", target: "../../etc/passwd" });
  });

  it("are there at a branch, a tag, a commit and nowhere else", async () => {
    await using world = await startSmallWorld();
    const { repository } = world;
    const feature = repository.branches.get("feature") ?? "";
    repository.tags.set("v1", feature);
    const ask = (ref: string) =>
      world.ask({
        route: `GET …/contents/src/a.ts?ref=${ref}`,
        permissions: read,
        accept: "application/vnd.github.raw+json",
      });
    for (const ref of [
      "feature",
      "refs/heads/feature",
      "v1",
      feature,
      feature.slice(0, 8),
      "refs/pull/2/head",
    ]) {
      expect((await ask(ref)).text, ref).toBe("one\n2\nthree\n");
    }
    const missing = await ask("nope");
    expect([missing.status, missing.json()]).toMatchObject([
      404,
      { message: "No commit found for the ref nope" },
    ]);
  });

  it("are cut from a tree's list at its limit", async () => {
    await using world = await startSmallWorld();
    world.github.world.limits.treeEntries = 2;
    const answer = await world.ask({ route: "GET …/git/trees/main?recursive=1", permissions: read });
    expect(answer.json()).toMatchObject({ truncated: true, tree: [{ path: "README.md" }, { path: "src" }] });
  });
});
