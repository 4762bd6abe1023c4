import { execFileSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import type { JsonObject } from "../../../../src/job/message.ts";
import { openSkill, type SkillFixture } from "./skill-fixture.ts";

const secret = "TOP-SECRET-VALUE";

/** Every file tool, aimed at one path. */
const callsAt = (path: string): readonly (readonly [tool: string, args: JsonObject])[] => [
  ["getFileInfo", { path }],
  ["listDirectory", { path }],
  ["createDirectory", { path: `${path}/made` }],
  ["deleteFile", { path }],
  ["deleteDirectory", { path, recursive: true }],
  ["moveFile", { source: path, destination: "taken" }],
  ["moveFile", { source: "mine.txt", destination: `${path}/put` }],
  ["readTextFile", { path }],
  ["readImageFile", { path }],
  ["readPdfFile", { path }],
  ["writeTextFile", { path, text: "overwritten" }],
  ["writeTextFile", { path: `${path}/new.txt`, text: "new" }],
  ["appendTextFile", { path, text: "appended" }],
  ["editTextFile", { path, oldText: secret, newText: "edited" }],
  ["exec", { command: "pwd", cwd: path }],
];

const withOutside = (): SkillFixture => {
  const skill = openSkill();
  mkdirSync(join(skill.outside, "folder"));
  for (const name of ["secret.txt", "folder/deep.txt"]) writeFileSync(join(skill.outside, name), secret);
  writeFileSync(join(skill.workspace, "mine.txt"), "mine");
  return skill;
};

const expectOutsideIntact = (skill: SkillFixture): void => {
  expect(readdirSync(skill.outside, { recursive: true }).map(String).sort()).toEqual([
    "folder",
    "folder/deep.txt",
    "secret.txt",
  ]);
  expect(readFileSync(join(skill.outside, "secret.txt"), "utf8")).toBe(secret);
  expect(readFileSync(join(skill.outside, "folder/deep.txt"), "utf8")).toBe(secret);
};

const places: Readonly<Record<string, (skill: SkillFixture) => string>> = {
  "by ..": () => "../outside/secret.txt",
  "by .. behind a directory that does not exist": () => "nowhere/../../outside/secret.txt",
  "by an absolute path": (skill) => join(skill.outside, "secret.txt"),
  "by an absolute path that begins like the workspace": (skill) => `${skill.workspace}/../outside/secret.txt`,
  "in a folder whose name begins like the workspace": (skill) => {
    mkdirSync(`${skill.workspace}-2`);
    return `${skill.workspace}-2`;
  },
  "in /proc": () => "/proc/self/environ",
  "through its own descriptors": () => "/proc/self/fd/0",
};

describe("no file tool reaches what lies outside the workspace", () => {
  test.for(Object.keys(places))("%s", async (place) => {
    const skill = withOutside();
    const path = places[place]?.(skill) ?? "";
    for (const [tool, args] of callsAt(path)) {
      expect([tool, await skill.call(tool, args)]).toMatchObject([
        tool,
        {
          isError: true,
          value: { error: "PATH_ESCAPE", message: expect.stringContaining("outside the workspace") },
        },
      ]);
    }
    expectOutsideIntact(skill);
  });

  const links: Readonly<Record<string, string>> = {
    "a link to a file": "../outside/secret.txt",
    "a link to a directory": "../outside/folder",
    "a link to the directory above": "..",
    "a link to /proc/self/environ": "/proc/self/environ",
    "a link to /proc/self": "/proc/self",
  };
  test.for(Object.keys(links))("through %s, nor through a chain of links to it", async (kind) => {
    const skill = withOutside();
    symlinkSync(links[kind] ?? "", join(skill.workspace, "direct"));
    symlinkSync("direct", join(skill.workspace, "chain"));
    const harmless = ["deleteFile", "moveFile"];
    for (const path of ["direct", "chain"]) {
      for (const [tool, args] of callsAt(path).filter(([name]) => !harmless.includes(name))) {
        const { isError, value } = await skill.call(tool, args);
        expect([tool, args, isError]).toEqual([tool, args, true]);
        expect(JSON.stringify(value)).not.toContain(secret);
      }
    }
    // What they do to the link itself never touches its target.
    await skill.call("moveFile", { source: "direct", destination: "moved" });
    expect(await skill.call("readTextFile", { path: "moved" })).toMatchObject({ isError: true });
    await skill.call("deleteFile", { path: "moved" });
    expect(readdirSync(skill.workspace).sort()).toEqual(["chain", "mine.txt"]);
    expectOutsideIntact(skill);
  });

  test("through a link to a file that does not exist there yet", async () => {
    const skill = withOutside();
    symlinkSync("../outside/created.txt", join(skill.workspace, "dangling"));
    for (const [tool, args] of callsAt("dangling").filter(([name]) =>
      /write|append|edit|create/.test(name),
    )) {
      expect([tool, (await skill.call(tool, args)).isError]).toEqual([tool, true]);
    }
    expect(existsSync(join(skill.outside, "created.txt"))).toBe(false);
    expectOutsideIntact(skill);
  });

  test("through links inside a directory it deletes", async () => {
    const skill = withOutside();
    mkdirSync(join(skill.workspace, "tree/sub"), { recursive: true });
    symlinkSync(skill.outside, join(skill.workspace, "tree/sub/link"));
    expect(await skill.call("deleteDirectory", { path: "tree", recursive: true })).toMatchObject({
      isError: false,
    });
    expect(readdirSync(skill.workspace)).toEqual(["mine.txt"]);
    expectOutsideIntact(skill);
  });

  test.for(["hard.txt", "node_modules/hard.txt"])(
    "through a second name of an outside file: %s",
    async (path) => {
      const skill = withOutside();
      mkdirSync(join(skill.workspace, "node_modules"));
      linkSync(join(skill.outside, "secret.txt"), join(skill.workspace, path));
      symlinkSync(path, join(skill.workspace, "alias"));
      for (const [tool, args] of [...callsAt(path), ...callsAt("alias")]) {
        // Those work on the name alone.
        if (["getFileInfo", "deleteFile", "moveFile"].includes(tool)) continue;
        const { isError, value } = await skill.call(tool, args);
        expect([tool, isError]).toEqual([tool, true]);
        expect(JSON.stringify(value)).not.toContain(secret);
      }
      for (const tool of ["readTextFile", "readImageFile", "readPdfFile"]) {
        expect(await skill.call(tool, { path })).toMatchObject({
          value: { message: expect.stringContaining("hard link") },
        });
      }
      expectOutsideIntact(skill);
      expect(await skill.call("deleteFile", { path })).toMatchObject({ isError: false });
      expectOutsideIntact(skill);
    },
  );

  test("through a second name of what is hidden inside it", async () => {
    const skill = openSkill();
    mkdirSync(join(skill.workspace, ".git"));
    writeFileSync(join(skill.workspace, ".git/config"), secret);
    linkSync(join(skill.workspace, ".git/config"), join(skill.workspace, "notes.txt"));
    const { isError, value } = await skill.call("readTextFile", { path: "notes.txt" });
    expect([isError, JSON.stringify(value)]).toEqual([true, expect.not.stringContaining(secret)]);
  });

  const segment = fc.constantFrom(
    ...[
      "..",
      ".",
      "",
      "in",
      "up",
      "abs",
      "loop",
      "mine.txt",
      "folder",
      "secret.txt",
      "outside",
      "ws",
      "new",
      "🙂",
    ],
  );
  test("however a path is put together", { timeout: 30_000 }, async () => {
    const skill = withOutside();
    mkdirSync(join(skill.workspace, "in"));
    for (const [name, target] of [
      ["up", ".."],
      ["abs", skill.outside],
      ["loop", "loop"],
      ["in/up", "../../outside/folder"],
    ] as const) {
      symlinkSync(target, join(skill.workspace, name));
    }
    const path = fc
      .tuple(fc.constantFrom("", "/", skill.workspace, skill.outside), fc.array(segment, { maxLength: 6 }))
      .map(([start, rest]) => [start, ...rest].join("/"));
    await fc.assert(
      fc.asyncProperty(path, async (generated) => {
        for (const [tool, args] of callsAt(generated)) {
          // Those would take away the links this is about.
          if (["deleteFile", "deleteDirectory", "moveFile"].includes(tool)) continue;
          const { value, isError } = await skill.call(tool, args);
          expect(JSON.stringify(value)).not.toContain(secret);
          if (tool === "exec" && !isError) expect(String(value.stdout)).toMatch(`${skill.workspace}`);
        }
        expectOutsideIntact(skill);
      }),
      { numRuns: 150 },
    );
    expect(readdirSync(skill.top).sort()).toEqual(["outside", "ws"]);
  });
});

describe("links that stay inside are followed", () => {
  test("when reading, listing and running", async () => {
    const skill = openSkill();
    mkdirSync(join(skill.workspace, "real"));
    writeFileSync(join(skill.workspace, "real/a.txt"), "content");
    symlinkSync("real", join(skill.workspace, "alias"));
    expect(await skill.call("readTextFile", { path: "alias/a.txt" })).toMatchObject({
      value: { path: "real/a.txt", content: "content" },
    });
    expect(await skill.call("writeTextFile", { path: "alias/new/b.txt", text: "b" })).toMatchObject({
      value: { path: "real/new/b.txt" },
    });
    expect(await skill.call("exec", { command: "pwd", cwd: "alias" })).toMatchObject({
      value: { stdout: `${join(skill.workspace, "real")}\n` },
    });
  });

  test("and the workspace may itself be named through a link", async () => {
    const skill = openSkill();
    symlinkSync(skill.workspace, join(skill.top, "alias"));
    const aliased = openSkill({ workspace: join(skill.top, "alias") });
    writeFileSync(join(skill.workspace, "a.txt"), "a");
    for (const path of ["a.txt", join(skill.top, "alias/a.txt"), join(skill.workspace, "a.txt")]) {
      expect(await aliased.call("readTextFile", { path })).toMatchObject({
        value: { path: "a.txt", content: "a" },
      });
    }
  });
});

describe("what is hidden stays hidden", () => {
  const hiddenCase = (): SkillFixture => {
    const skill = openSkill();
    for (const directory of [".git/hooks", "sub/.git", ".expert-stack/jobs", "temp"]) {
      mkdirSync(join(skill.workspace, directory), { recursive: true });
      writeFileSync(join(skill.workspace, directory, "config"), secret);
    }
    writeFileSync(join(skill.workspace, ".git/config"), secret);
    writeFileSync(join(skill.workspace, ".gitignore"), "visible");
    writeFileSync(join(skill.workspace, "mine.txt"), "mine");
    return skill;
  };

  test.for([
    ".git",
    ".git/config",
    ".GIT/config",
    "sub/.git",
    "sub/.git/config",
    ".expert-stack/jobs",
    "a/.git",
  ])("%s", async (path) => {
    const skill = hiddenCase();
    for (const [tool, args] of callsAt(path)) {
      expect([tool, await skill.call(tool, args)]).toMatchObject([
        tool,
        { isError: true, value: { error: "PATH_ESCAPE", message: expect.stringContaining("not visible") } },
      ]);
    }
    expect(readFileSync(join(skill.workspace, ".git/config"), "utf8")).toBe(secret);
  });

  test("under another name that links to it", async () => {
    const skill = hiddenCase();
    symlinkSync(".git", join(skill.workspace, "alias"));
    symlinkSync("sub/.git/config", join(skill.workspace, "config"));
    for (const path of ["alias/config", "config"]) {
      expect(await skill.call("readTextFile", { path })).toMatchObject({ value: { error: "PATH_ESCAPE" } });
    }
    await skill.call("writeTextFile", { path: "alias/hooks/pre-push", text: "#!" });
    expect(readdirSync(join(skill.workspace, ".git/hooks"))).toEqual(["config"]);
  });

  test("by a directory's own name behind a link to its parent", async () => {
    const { workspace } = hiddenCase();
    symlinkSync("sub", join(workspace, "alias"));
    mkdirSync(join(workspace, "sub/private"));
    const skill = openSkill({ workspace, hidden: [join(workspace, "sub/private")] });
    for (const [tool, args] of callsAt("alias/private")) {
      expect([tool, await skill.call(tool, args)]).toMatchObject([tool, { value: { error: "PATH_ESCAPE" } }]);
    }
    expect(existsSync(join(workspace, "sub/private"))).toBe(true);
  });

  test("when .git is a link to a directory of another name", async () => {
    const skill = openSkill();
    mkdirSync(join(skill.workspace, "real-git"));
    symlinkSync("real-git", join(skill.workspace, ".git"));
    writeFileSync(join(skill.workspace, "real-git/config"), secret);
    const again = openSkill({ workspace: skill.workspace });
    expect(await again.call("readTextFile", { path: "real-git/config" })).toMatchObject({ isError: true });
  });

  test("in listings", async () => {
    const skill = hiddenCase();
    const names = async (path: string) =>
      JSON.stringify((await skill.call("listDirectory", { path })).value.items);
    expect(await names(".")).toMatch(/gitignore.*mine\.txt.*sub.*temp/);
    expect(await names(".")).not.toMatch(/"\.git"|expert-stack/);
    expect(await names("sub")).toBe("[]");
  });

  test("and is not deleted or uncovered with the directory around it", async () => {
    const { workspace } = hiddenCase();
    mkdirSync(join(workspace, "keep/private"), { recursive: true });
    writeFileSync(join(workspace, "keep/private/key"), secret);
    const skill = openSkill({ workspace, hidden: [join(workspace, "keep/private"), "/", workspace] });
    expect(await skill.call("deleteDirectory", { path: "sub", recursive: true })).toMatchObject({
      isError: true,
    });
    expect(await skill.call("deleteDirectory", { path: "keep", recursive: true })).toMatchObject({
      isError: true,
    });
    expect(await skill.call("moveFile", { source: "keep", destination: "open" })).toMatchObject({
      isError: true,
    });
    expect(await skill.call("readTextFile", { path: "keep/private/key" })).toMatchObject({ isError: true });
    expect(await skill.call("readTextFile", { path: "mine.txt" })).toMatchObject({
      value: { content: "mine" },
    });
    expect(
      existsSync(join(workspace, "keep/private/key")) && existsSync(join(workspace, "sub/.git/config")),
    ).toBe(true);
  });
});

describe("things that are not files are refused without waiting", () => {
  test("a fifo, a device, a socket", { timeout: 5_000 }, async () => {
    const skill = openSkill();
    execFileSync("mkfifo", [join(skill.workspace, "fifo")]);
    const server = createServer().listen(join(skill.workspace, "socket"));
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    for (const path of ["fifo", "socket"]) {
      for (const [tool, args] of callsAt(path)) {
        if (["getFileInfo", "deleteFile", "moveFile"].includes(tool)) continue;
        expect([tool, (await skill.call(tool, args)).isError]).toEqual([tool, true]);
      }
      for (const [tool, args] of [
        ["readTextFile", { path }],
        ["readImageFile", { path }],
        ["writeTextFile", { path, text: "" }],
        ["appendTextFile", { path, text: "" }],
      ] as const) {
        const { value } = await skill.call(tool, args);
        expect([tool, value.message]).toEqual([tool, `This is a ${path}, not a file.`]);
      }
      expect(await skill.call("getFileInfo", { path })).toMatchObject({
        value: { exists: true, type: path },
      });
    }
    expect(await skill.call("listDirectory", { path: "." })).toMatchObject({
      value: {
        items: [
          { name: "fifo", type: "fifo" },
          { name: "socket", type: "socket" },
        ],
      },
    });
    symlinkSync("/dev/zero", join(skill.workspace, "zero"));
    expect(await skill.call("readTextFile", { path: "zero" })).toMatchObject({
      value: { error: "PATH_ESCAPE" },
    });
  });
});

describe("names no file can have are readable errors", () => {
  test.for([
    ["with a NUL", "a\0b", "NUL"],
    ["with half a surrogate pair", "a\uD800", "surrogate"],
    ["too long", "n".repeat(300), "too long"],
    ["far too long", "dir/".repeat(3_000), "too long"],
    ["that go round in circles", "loop", "symbolic link"],
  ] as const)("%s", async ([, path, words]) => {
    const skill = openSkill();
    symlinkSync("loop", join(skill.workspace, "loop"));
    for (const tool of ["readTextFile", "listDirectory", "readPdfFile"]) {
      expect(await skill.call(tool, { path })).toMatchObject({
        isError: true,
        value: { message: expect.stringContaining(words) },
      });
    }
    expect(await skill.call("writeTextFile", { path, text: "" })).toMatchObject({ isError: true });
  });

  test("and one that is not UTF-8 is listed, cannot be opened, and can be deleted with its directory", async () => {
    const skill = openSkill();
    const odd = Buffer.concat([Buffer.from(`${skill.workspace}/dir/`), Buffer.from([0x61, 0xff])]);
    mkdirSync(odd, { recursive: true });
    writeFileSync(Buffer.concat([odd, Buffer.from("/file")]), "x");
    symlinkSync(odd, join(skill.workspace, "alias"));
    expect(await skill.call("listDirectory", { path: "dir" })).toMatchObject({
      value: { items: [{ name: "a\uFFFD" }], note: expect.stringContaining("UTF-8") },
    });
    expect(await skill.call("readTextFile", { path: "alias/file" })).toMatchObject({
      isError: true,
      value: { message: expect.stringContaining("UTF-8") },
    });
    await skill.call("deleteDirectory", { path: "dir", recursive: true });
    expect(readdirSync(skill.workspace)).toEqual(["alias"]);
  });

  test("and no error names a descriptor or a place outside", async () => {
    const skill = withOutside();
    symlinkSync("../outside/secret.txt", join(skill.workspace, "link"));
    for (const path of ["link", "missing", "n".repeat(300), "mine.txt/under"]) {
      for (const [tool, args] of callsAt(path)) {
        const { value, isError } = await skill.call(tool, args);
        if (isError) expect(JSON.stringify(value)).not.toMatch(/\/proc\/|outside\/secret/);
      }
    }
  });
});
