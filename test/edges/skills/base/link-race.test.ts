import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { openSkill, type SkillFixture } from "./skill-fixture.ts";

const secret = "TOP-SECRET-VALUE";

const magic = "\x89PNG\r\n\x1a\n";
const picture = `${magic}${secret}`;

/**
 * Another process that makes `swap` by turns a directory, a link to one outside and a file, and `file` and `shot` the
 * real thing, a link to the same thing outside, its second name, and a fifo; `brief` is a second name and gone again.
 */
const swapper = `
  const fs = require("node:fs");
  // Also after a tool has created, in a moment when a name was free, what is in the way of the next swap.
  const prepare = () => {
    for (const name of ["swap", "dir", "link", "plain", "file", "shot", "next", "brief"]) {
      fs.rmSync(name, { recursive: true, force: true });
    }
    fs.mkdirSync("swap/sub", { recursive: true });
    for (const name of ["plain", "file", "swap/f.txt", "swap/sub/g.txt"]) fs.writeFileSync(name, "inside");
    fs.symlinkSync("../outside", "link");
  };
  const put = (name, make) => { make("next"); fs.renameSync("next", name); };
  const turn = (name, outside, inside) => {
    put(name, (next) => fs.symlinkSync(outside, next));
    put(name, (next) => fs.linkSync(outside, next));
    put(name, (next) => fs.linkSync("fifo", next));
    put(name, (next) => fs.writeFileSync(next, inside));
  };
  prepare();
  process.stdout.write("ready");
  for (;;) {
    try {
      fs.renameSync("swap", "dir");
      for (const other of ["link", "plain"]) { fs.renameSync(other, "swap"); fs.renameSync("swap", other); }
      fs.renameSync("dir", "swap");
      turn("file", "../outside/f.txt", "inside");
      fs.linkSync("../outside/f.txt", "brief"); fs.unlinkSync("brief");
      turn("shot", "../outside/f.png", Buffer.from(${JSON.stringify(`${magic}inside`)}, "latin1"));
    } catch {
      try { prepare(); } catch {}
    }
  }
`;

const startSwapping = async (skill: SkillFixture): Promise<void> => {
  mkdirSync(join(skill.outside, "sub"));
  for (const name of ["f.txt", "sub/g.txt"]) writeFileSync(join(skill.outside, name), secret);
  writeFileSync(join(skill.outside, "f.png"), picture, "latin1");
  execFileSync("mkfifo", [join(skill.workspace, "fifo")]);
  const child = spawn(process.execPath, ["-e", swapper], {
    cwd: skill.workspace,
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
};

const expectOutsideIntact = (skill: SkillFixture): void => {
  const names = readdirSync(skill.outside, { recursive: true });
  expect(names.map(String).sort()).toEqual(["f.png", "f.txt", "sub", "sub/g.txt"]);
  expect(readFileSync(join(skill.outside, "f.png"), "latin1")).toBe(picture);
  for (const name of ["f.txt", "sub/g.txt"]) {
    expect(readFileSync(join(skill.outside, name), "utf8")).toBe(secret);
  }
};

const calls = [
  ["readTextFile", { path: "swap/f.txt" }],
  ["readTextFile", { path: "file" }],
  ["readPdfFile", { path: "file" }],
  ["readImageFile", { path: "shot" }],
  ["readTextFile", { path: "brief" }],
  ["appendTextFile", { path: "brief", text: "." }],
  ["getFileInfo", { path: "swap/f.txt" }],
  ["listDirectory", { path: "swap" }],
  ["writeTextFile", { path: "swap/f.txt", text: "inside" }],
  ["writeTextFile", { path: "swap/made/h.txt", text: "inside" }],
  ["appendTextFile", { path: "swap/f.txt", text: "." }],
  ["writeTextFile", { path: "file", text: "inside" }],
  ["appendTextFile", { path: "file", text: "." }],
  ["appendTextFile", { path: "shot", text: "." }],
  ["editTextFile", { path: "file", oldText: "inside", newText: "inside" }],
  ["createDirectory", { path: "swap/made/deep" }],
  ["deleteDirectory", { path: "swap/made", recursive: true }],
  ["moveFile", { source: "swap/f.txt", destination: "swap/moved.txt" }],
  ["deleteFile", { path: "swap/moved.txt" }],
] as const;

test("while links are swapped in a loop, nothing outside is read or changed", {
  timeout: 20_000,
}, async () => {
  const skill = openSkill();
  await startSwapping(skill);
  const seen = { done: 0, escape: 0, hardLink: 0, fifo: 0, picture: 0 };
  const start = performance.now();
  const isMissed = (): boolean =>
    seen.done < 100 || seen.escape < 10 || seen.hardLink < 5 || seen.fifo < 5 || seen.picture < 5;
  // Longer only on a machine so busy that the race has not been run yet.
  while (performance.now() < start + (isMissed() ? 10_000 : 2_000)) {
    for (const [tool, args] of calls) {
      const { value, isError, bytes } = await skill.call(tool, args);
      expect(JSON.stringify(value)).not.toContain(secret);
      expect(Buffer.from(bytes ?? []).includes(secret)).toBe(false);
      if (!isError) seen.done++;
      if (value.error === "PATH_ESCAPE") seen.escape++;
      if (String(value.message).includes("hard link")) seen.hardLink++;
      if (String(value.message).includes("fifo")) seen.fifo++;
      if (bytes !== undefined) seen.picture++;
    }
  }
  expectOutsideIntact(skill);
  // Every side of the race was hit, or the test has shown nothing.
  expect(isMissed()).toBe(false);
});

const moments = Array.from({ length: 12 }, (_, turn) =>
  (["a", "b", "c"] as const).map((name) => [turn, name] as const),
);

test.for(moments.flat())(
  "when, %i turns into deleting a tree, its directory %s becomes a link, nothing outside is deleted",
  async ([turns, name]) => {
    const skill = openSkill();
    writeFileSync(join(skill.outside, "f.txt"), secret);
    for (const each of ["a", "b", "c"]) mkdirSync(join(skill.workspace, "tree", each), { recursive: true });
    const directory = join(skill.workspace, "tree", name);
    const deleting = skill.call("deleteDirectory", { path: "tree", recursive: true });
    for (let turn = 0; turn < turns; turn++) await setImmediate();
    if (existsSync(directory)) {
      renameSync(directory, `${directory}-parked`);
      symlinkSync(skill.outside, directory);
    }
    await deleting;
    expect(readFileSync(join(skill.outside, "f.txt"), "utf8")).toBe(secret);
  },
);
