import { spawn } from "node:child_process";
import { once } from "node:events";
import { linkSync, mkdtempSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openDescriptor } from "../../../../src/edges/skills/base/descriptor.ts";

const inFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), "second-name-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return (name: string): string => join(folder, name);
};

/** Another process that gives the file `theirs` the name `ours` as well and takes that away, again and again. */
const giver = `
  const fs = require("node:fs");
  process.stdout.write("ready");
  for (;;) {
    try {
      fs.linkSync("theirs", "ours"); fs.unlinkSync("ours");
      fs.linkSync("theirs", "next"); fs.renameSync("next", "ours");
      fs.writeFileSync("next", "ours"); fs.renameSync("next", "ours");
      fs.unlinkSync("ours");
    } catch {
      for (const name of ["next", "ours"]) fs.rmSync(name, { force: true });
    }
  }
`;

describe("given a file of somebody else that has, now and then, a name of ours", () => {
  test("whenever it is opened by that, it is known to have another", { timeout: 20_000 }, async () => {
    const at = inFolder();
    writeFileSync(at("theirs"), "theirs");
    const theirs = statSync(at("theirs")).ino;
    const child = spawn(process.execPath, ["-e", giver], {
      cwd: at(""),
      stdio: ["ignore", "pipe", "ignore"],
    });
    onTestFinished(async () => {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    });
    await once(child.stdout, "data");
    const seen = { known: 0, mistaken: 0 };
    // Longer only on a machine so busy that the other process has not had its turn yet.
    for (
      const start = performance.now();
      performance.now() < start + (seen.known < 1_000 ? 15_000 : 2_000);
    ) {
      try {
        using opened = openDescriptor(at("ours"), { links: "refuse" });
        if (opened.hasOtherName()) seen.known++;
        else if (opened.stats.ino === theirs) seen.mistaken++;
      } catch {
        // It has no such name just now.
      }
    }
    expect(seen).toEqual({ known: expect.toSatisfy((count) => count >= 1_000), mistaken: 0 });
  });
});

describe("given a file that nobody touches", () => {
  test("it has another name as long as it has two", () => {
    const at = inFolder();
    const hasOtherName = (): boolean => {
      using opened = openDescriptor(at("one"), { links: "refuse" });
      return opened.hasOtherName();
    };
    writeFileSync(at("one"), "");
    expect(hasOtherName()).toBe(false);
    linkSync(at("one"), at("two"));
    expect(hasOtherName()).toBe(true);
    unlinkSync(at("two"));
    expect(hasOtherName()).toBe(false);
  });
});
