import { spawn } from "node:child_process";
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

/** Another process that makes `swap` and `file` by turns the real thing and a link to the same thing outside. */
const swapper = `
  const fs = require("node:fs");
  // Also after a tool has created, in a moment when a name was free, what is in the way of the next swap.
  const prepare = () => {
    for (const name of ["swap", "dir", "link", "file", "file-real", "file-link"]) {
      fs.rmSync(name, { recursive: true, force: true });
    }
    fs.mkdirSync("swap/sub", { recursive: true });
    for (const name of ["file", "swap/f.txt", "swap/sub/g.txt"]) fs.writeFileSync(name, "inside");
    fs.symlinkSync("../outside", "link");
    fs.symlinkSync("../outside/f.txt", "file-link");
  };
  prepare();
  process.stdout.write("ready");
  for (;;) {
    try {
      fs.renameSync("swap", "dir"); fs.renameSync("link", "swap");
      fs.renameSync("swap", "link"); fs.renameSync("dir", "swap");
      fs.renameSync("file-link", "file"); fs.symlinkSync("../outside/f.txt", "file-link");
      fs.writeFileSync("file-real", "inside"); fs.renameSync("file-real", "file");
    } catch {
      try { prepare(); } catch {}
    }
  }
`;

const startSwapping = async (skill: SkillFixture): Promise<void> => {
  mkdirSync(join(skill.outside, "sub"));
  for (const name of ["f.txt", "sub/g.txt"]) writeFileSync(join(skill.outside, name), secret);
  const child = spawn(process.execPath, ["-e", swapper], {
    cwd: skill.workspace,
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
};

const expectOutsideIntact = (skill: SkillFixture): void => {
  const names = readdirSync(skill.outside, { recursive: true });
  expect(names.map(String).sort()).toEqual(["f.txt", "sub", "sub/g.txt"]);
  for (const name of ["f.txt", "sub/g.txt"]) {
    expect(readFileSync(join(skill.outside, name), "utf8")).toBe(secret);
  }
};

const calls = [
  ["readTextFile", { path: "swap/f.txt" }],
  ["readTextFile", { path: "file" }],
  ["readPdfFile", { path: "file" }],
  ["getFileInfo", { path: "swap/f.txt" }],
  ["listDirectory", { path: "swap" }],
  ["writeTextFile", { path: "swap/f.txt", text: "inside" }],
  ["writeTextFile", { path: "swap/made/h.txt", text: "inside" }],
  ["appendTextFile", { path: "swap/f.txt", text: "." }],
  ["appendTextFile", { path: "file", text: "." }],
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
  const seen = { done: 0, escape: 0 };
  const start = performance.now();
  const isMissed = (): boolean => seen.done < 100 || seen.escape < 10;
  // Longer only on a machine so busy that the race has not been run yet.
  while (performance.now() < start + (isMissed() ? 10_000 : 1_500)) {
    for (const [tool, args] of calls) {
      const { value, isError } = await skill.call(tool, args);
      expect(JSON.stringify(value)).not.toContain(secret);
      if (!isError) seen.done++;
      if (value.error === "PATH_ESCAPE") seen.escape++;
    }
  }
  expectOutsideIntact(skill);
  // Both sides of the race were hit, or the test has shown nothing.
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
