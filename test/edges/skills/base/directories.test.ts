import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openSkill } from "./skill-fixture.ts";

const withTree = () => {
  const skill = openSkill();
  mkdirSync(join(skill.workspace, "dir/sub"), { recursive: true });
  writeFileSync(join(skill.workspace, "dir/b.txt"), "bb");
  writeFileSync(join(skill.workspace, "dir/sub/c.txt"), "c");
  writeFileSync(join(skill.workspace, "a.txt"), "a");
  return { ...skill, names: (path = ".") => readdirSync(join(skill.workspace, path)).sort() };
};

describe("listing a directory", () => {
  test("shows names, types and sizes, sorted", async () => {
    const { call, workspace } = withTree();
    symlinkSync("b.txt", join(workspace, "dir/Z"));
    expect((await call("listDirectory", { path: "dir" })).value).toEqual({
      path: "dir",
      items: [
        { name: "Z", type: "symlink" },
        { name: "b.txt", type: "file", size: 2 },
        { name: "sub", type: "directory" },
      ],
    });
  });

  test("stops at 1,000 entries and says how many there are", async () => {
    const { call, workspace } = openSkill();
    for (let index = 0; index < 1_003; index++) writeFileSync(join(workspace, `f${10_000 + index}`), "");
    const { value } = await call("listDirectory", { path: "." });
    expect(value.items).toHaveLength(1_000);
    expect(JSON.stringify(value.items)).toContain("f10999");
    expect(value.note).toContain("1003");
  });

  test("of a file is refused", async () => {
    const { call } = withTree();
    expect(await call("listDirectory", { path: "a.txt" })).toMatchObject({ isError: true });
  });
});

describe("file information", () => {
  test("tells type, size, time and permissions", async () => {
    const { call } = withTree();
    expect((await call("getFileInfo", { path: "dir/../dir/b.txt" })).value).toEqual({
      exists: true,
      path: "dir/b.txt",
      type: "file",
      size: 2,
      modified: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      permissions: "644",
    });
    expect((await call("getFileInfo", { path: "." })).value).toMatchObject({ path: ".", type: "directory" });
  });

  test("of nothing says that it does not exist, which is no error", async () => {
    const { call } = withTree();
    for (const path of ["none", "none/deeper", "a.txt/under"]) {
      expect(await call("getFileInfo", { path })).toEqual({ isError: false, value: { exists: false, path } });
    }
  });

  test("of a link is that of its target, with the link's text", async () => {
    const { call, workspace } = withTree();
    symlinkSync("dir/b.txt", join(workspace, "link"));
    expect((await call("getFileInfo", { path: "link" })).value).toMatchObject({
      path: "dir/b.txt",
      type: "file",
      symlink: "dir/b.txt",
    });
  });
});

describe("creating a directory", () => {
  test("creates its parents, and is content with one that exists", async () => {
    const { call, names } = withTree();
    expect((await call("createDirectory", { path: "x/y/z" })).value).toEqual({
      path: "x/y/z",
      created: true,
    });
    expect((await call("createDirectory", { path: "x/y" })).value).toEqual({ path: "x/y", created: false });
    expect(names("x/y")).toEqual(["z"]);
  });

  test("over a file is refused", async () => {
    const { call } = withTree();
    for (const path of ["a.txt", "a.txt/b"]) {
      expect(await call("createDirectory", { path })).toMatchObject({ isError: true });
    }
  });
});

describe("deleting", () => {
  test("a file", async () => {
    const { call, names } = withTree();
    expect((await call("deleteFile", { path: "a.txt" })).value).toEqual({ path: "a.txt" });
    expect(names()).toEqual(["dir"]);
    expect(await call("deleteFile", { path: "a.txt" })).toMatchObject({ isError: true });
  });

  test("a directory needs its own tool, and recursive when it is not empty", async () => {
    const { call, names } = withTree();
    expect(await call("deleteFile", { path: "dir" })).toMatchObject({
      isError: true,
      value: { message: expect.stringContaining("deleteDirectory") },
    });
    expect(await call("deleteDirectory", { path: "dir" })).toMatchObject({
      isError: true,
      value: { message: expect.stringContaining("recursive") },
    });
    expect(names("dir")).toEqual(["b.txt", "sub"]);
    expect(await call("deleteDirectory", { path: "dir", recursive: true })).toMatchObject({ isError: false });
    expect(names()).toEqual(["a.txt"]);
  });

  test("the workspace itself, or a file as a directory, is refused", async () => {
    const { call, names } = withTree();
    for (const path of [".", "", "dir/..", "a.txt"]) {
      expect(await call("deleteDirectory", { path, recursive: true })).toMatchObject({ isError: true });
    }
    expect(names()).toEqual(["a.txt", "dir"]);
  });
});

describe("moving", () => {
  test("a file, creating the destination's parents", async () => {
    const { call, names, workspace } = withTree();
    expect((await call("moveFile", { source: "a.txt", destination: "new/place/a.txt" })).value).toEqual({
      source: "a.txt",
      destination: "new/place/a.txt",
    });
    expect(names()).toEqual(["dir", "new"]);
    expect(readFileSync(join(workspace, "new/place/a.txt"), "utf8")).toBe("a");
  });

  test("never overwrites, and a missing source creates nothing", async () => {
    const { call, names, workspace } = withTree();
    expect(await call("moveFile", { source: "a.txt", destination: "dir/b.txt" })).toMatchObject({
      isError: true,
    });
    expect(await call("moveFile", { source: "none", destination: "new/a" })).toMatchObject({ isError: true });
    expect(await call("moveFile", { source: "dir", destination: "dir/sub/dir" })).toMatchObject({
      isError: true,
    });
    expect(names()).toEqual(["a.txt", "dir"]);
    expect(readFileSync(join(workspace, "dir/b.txt"), "utf8")).toBe("bb");
  });
});
