import {
  chmodSync,
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openSkill } from "./skill-fixture.ts";

const withFile = (content: string | Uint8Array, name = "a.txt") => {
  const skill = openSkill();
  const file = join(skill.workspace, name);
  writeFileSync(file, content);
  return { ...skill, file, content: () => readFileSync(file, "utf8") };
};

describe("reading a text file", () => {
  test("gives its lines from (counted from 0) up to but not including to", async () => {
    const { call } = withFile("zero\none\ntwo\nthree\n");
    expect((await call("readTextFile", { path: "a.txt" })).value).toEqual({
      path: "a.txt",
      content: "zero\none\ntwo\nthree\n",
      from: 0,
      to: 5,
    });
    expect((await call("readTextFile", { path: "a.txt", from: 1, to: 3 })).value).toEqual({
      path: "a.txt",
      content: "one\ntwo",
      from: 1,
      to: 3,
    });
    expect(await call("readTextFile", { path: "a.txt", from: 3, to: 1 })).toMatchObject({ isError: true });
  });

  test("keeps CRLF and a byte order mark", async () => {
    const { call } = withFile("\uFEFFa\r\nb\r\n");
    expect((await call("readTextFile", { path: "a.txt" })).value.content).toBe("\uFEFFa\r\nb\r\n");
  });

  test("cuts at whole lines and says where to read on", async () => {
    const { call } = withFile(Array.from({ length: 30_000 }, (_, index) => `line ${index}\n`).join(""));
    const { value } = await call("readTextFile", { path: "a.txt" });
    expect(String(value.content).length).toBeLessThanOrEqual(100_000);
    expect(value.note).toContain(`from: ${value.to}`);
    const next = await call("readTextFile", { path: "a.txt", from: Number(value.to) });
    expect(next.value.content).toMatch(new RegExp(`^line ${value.to}\n`));
  });

  test("shows the beginning of a line that is too long, and the way past it", async () => {
    const { call } = withFile(`${"é".repeat(80_000)}\nnext`);
    const { value } = await call("readTextFile", { path: "a.txt" });
    expect(value.content).toBe("é".repeat(50_000));
    expect(value.note).toContain("from: 1");
    expect((await call("readTextFile", { path: "a.txt", from: 1 })).value.content).toBe("next");
  });

  test("of many gigabytes does not read them", { timeout: 3_000 }, async () => {
    const { call, file } = withFile("first\nsecond\n".repeat(1_000));
    truncateSync(file, 8_000_000_000);
    expect(await call("readTextFile", { path: "a.txt", to: 1 })).toMatchObject({
      value: { content: "first", to: 1 },
    });
  });

  test("stops when the job stops", { timeout: 5_000 }, async () => {
    const { call, file } = withFile("text\n".repeat(2_000));
    truncateSync(file, 60_000_000_000);
    const read = call("readTextFile", { path: "a.txt", from: 1_000_000 }, AbortSignal.timeout(50));
    expect(await read).toMatchObject({ isError: true, value: { error: "ABORTED" } });
  });

  test("refuses a binary file and names the tools for it", async () => {
    const { call } = withFile(new Uint8Array([1, 0, 2]));
    const { value, isError } = await call("readTextFile", { path: "a.txt" });
    expect([isError, value.message]).toEqual([true, expect.stringMatching(/readImageFile.*readPdfFile/)]);
  });

  test("says so when bytes are not UTF-8", async () => {
    const { call } = withFile(new Uint8Array([0x61, 0xe9, 0x62]));
    expect((await call("readTextFile", { path: "a.txt" })).value).toMatchObject({
      content: "a\uFFFDb",
      note: expect.stringContaining("UTF-8"),
    });
  });

  test("that is a directory or missing is a readable error", async () => {
    const { call } = withFile("");
    expect(await call("readTextFile", { path: "." })).toMatchObject({
      isError: true,
      value: { message: expect.stringContaining("listDirectory") },
    });
    expect(await call("readTextFile", { path: "missing" })).toMatchObject({
      isError: true,
      value: { error: "ENOENT", message: "There is no such file or directory." },
    });
  });
});

describe("writing a text file", () => {
  test("creates it with its parents and answers its size in bytes", async () => {
    const { call, workspace } = openSkill();
    expect((await call("writeTextFile", { path: "a/b/c.txt", text: "é" })).value).toEqual({
      path: "a/b/c.txt",
      bytes: 2,
    });
    expect(readFileSync(join(workspace, "a/b/c.txt"), "utf8")).toBe("é");
  });

  test("replaces the whole content, keeps the permissions, leaves nothing beside it", async () => {
    const { call, file, content, workspace } = withFile("long old content");
    chmodSync(file, 0o751);
    await call("writeTextFile", { path: "a.txt", text: "new" });
    expect(content()).toBe("new");
    expect(statSync(file).mode & 0o777).toBe(0o751);
    expect(readdirSync(workspace)).toEqual(["a.txt"]);
  });

  test("never leaves half a file: a reader sees the old or the new one", async () => {
    const { call, content } = withFile("o".repeat(300_000));
    const writes = Array.from({ length: 20 }, (_, index) =>
      call("writeTextFile", { path: "a.txt", text: String(index % 10).repeat(300_000) }),
    );
    await Promise.all(writes);
    expect(new Set(content()).size).toBe(1);
    expect(content().length).toBe(300_000);
  });

  test("leaves the old file whole to who has it open", async () => {
    const { call, file, content } = withFile("the old content");
    const reader = openSync(file, "r");
    await call("writeTextFile", { path: "a.txt", text: "new" });
    expect(readFileSync(reader, "utf8")).toBe("the old content");
    closeSync(reader);
    expect(content()).toBe("new");
  });

  test("through a link is refused, also when it ends inside", async () => {
    const { call, content, workspace } = withFile("kept");
    symlinkSync("a.txt", join(workspace, "link"));
    for (const [tool, args] of [
      ["writeTextFile", { text: "x" }],
      ["appendTextFile", { text: "x" }],
      ["editTextFile", { oldText: "kept", newText: "x" }],
    ] as const) {
      expect(await call(tool, { path: "link", ...args })).toMatchObject({
        isError: true,
        value: { message: expect.stringContaining("symbolic link") },
      });
    }
    expect(content()).toBe("kept");
  });

  test("over a directory or under a file is refused", async () => {
    const { call, content, workspace } = withFile("kept");
    mkdirSync(join(workspace, "dir"));
    for (const path of ["dir", "a.txt/b", "."]) {
      expect(await call("writeTextFile", { path, text: "x" })).toMatchObject({ isError: true });
    }
    expect([content(), readdirSync(workspace)]).toEqual(["kept", ["a.txt", "dir"]]);
  });
});

describe("appending", () => {
  test("adds to the end and answers the new size", async () => {
    const { call, content } = withFile("one\n");
    expect((await call("appendTextFile", { path: "a.txt", text: "two\n" })).value).toEqual({
      path: "a.txt",
      bytes: 8,
    });
    expect(content()).toBe("one\ntwo\n");
  });

  test("to a file that does not exist names the tool that creates it", async () => {
    const { call, workspace } = openSkill();
    expect(await call("appendTextFile", { path: "b.txt", text: "x" })).toMatchObject({
      isError: true,
      value: { message: expect.stringContaining("writeTextFile") },
    });
    expect(readdirSync(workspace)).toEqual([]);
  });
});

describe("editing", () => {
  test("replaces literally, keeps CRLF and the byte order mark, says the line", async () => {
    const { call, content } = withFile("\uFEFFone\r\ntwo\r\n");
    const edit = { path: "a.txt", oldText: "one\ntwo", newText: "$&\n2" };
    expect((await call("editTextFile", edit)).value).toEqual({ path: "a.txt", line: 0 });
    expect(content()).toBe("\uFEFF$&\r\n2\r\n");
  });

  test("refuses a text that is missing or ambiguous and changes nothing", async () => {
    const { call, content } = withFile("x\ny\nx\n");
    expect(await call("editTextFile", { path: "a.txt", oldText: "z", newText: "" })).toMatchObject({
      isError: true,
    });
    expect(await call("editTextFile", { path: "a.txt", oldText: "x", newText: "" })).toMatchObject({
      isError: true,
      value: { message: expect.stringContaining("2 times, at lines 0, 2") },
    });
    expect(content()).toBe("x\ny\nx\n");
  });

  test("refuses what is not UTF-8, since it would come back damaged", async () => {
    const bytes = new Uint8Array([0x61, 0xe9, 0x62]);
    const { call, file } = withFile(bytes);
    expect(await call("editTextFile", { path: "a.txt", oldText: "a", newText: "b" })).toMatchObject({
      isError: true,
    });
    expect(new Uint8Array(readFileSync(file))).toEqual(bytes);
  });

  test("two edits in one answer are both kept", async () => {
    const { call, content } = withFile("one two");
    await Promise.all([
      call("editTextFile", { path: "a.txt", oldText: "one", newText: "1" }),
      call("editTextFile", { path: "a.txt", oldText: "two", newText: "2" }),
    ]);
    expect(content()).toBe("1 2");
  });

  test("keeps a second name of the file from changing", async () => {
    const { call, file, content, workspace } = withFile("shared");
    linkSync(file, join(workspace, "b.txt"));
    expect(await call("editTextFile", { path: "b.txt", oldText: "shared", newText: "x" })).toMatchObject({
      isError: true,
    });
    expect(content()).toBe("shared");
  });
});
