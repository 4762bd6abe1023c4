import { appendFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { contentUpTo, openWorkspace } from "../../../../src/edges/skills/base/workspace.ts";
import { openSkill } from "./skill-fixture.ts";

const withFile = (name: string, content: Uint8Array) => {
  const skill = openSkill();
  const file = join(skill.workspace, name);
  writeFileSync(file, content);
  return { ...skill, file };
};

const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

describe("seeing an image", () => {
  test.for([
    ["image/png", "\x89PNG\r\n\x1a\nrest"],
    ["image/jpeg", "\xff\xd8\xff\xe0rest"],
    ["image/gif", "GIF89arest"],
    ["image/gif", "GIF87arest"],
    ["image/webp", "RIFF\x01\x02\x03\x04WEBPVP8 "],
  ] as const)("gives the bytes of %s, known by content and not by name", async ([mediaType, content]) => {
    const { call } = withFile("picture.dat", latin1(content));
    const outcome = await call("readImageFile", { path: "picture.dat" });
    expect(outcome).toMatchObject({ isError: false, mediaType });
    expect(outcome.value).toEqual({ path: "picture.dat", mediaType, size: content.length });
    expect(new Uint8Array(outcome.bytes ?? [])).toEqual(latin1(content));
  });

  test("refuses what only has the name of one", async () => {
    for (const content of ["just text", "%PDF-1.7", "RIFF1234WAVE", ""]) {
      const { call } = withFile("picture.png", latin1(content));
      expect(await call("readImageFile", { path: "picture.png" })).toMatchObject({ isError: true });
    }
  });

  test("refuses one over 15 MB", async () => {
    const { call, file } = withFile("big.png", latin1("\x89PNG\r\n\x1a\n"));
    truncateSync(file, 15_000_001);
    expect(await call("readImageFile", { path: "big.png" })).toMatchObject({
      isError: true,
      value: { message: expect.stringContaining("15 MB") },
    });
  });
});

describe("seeing a PDF", () => {
  test("gives its bytes", async () => {
    const { call } = withFile("paper", latin1("%PDF-1.7 rest"));
    expect(await call("readPdfFile", { path: "paper" })).toMatchObject({ mediaType: "application/pdf" });
  });

  test("refuses another format, and one over 30 MB", async () => {
    const { call, file } = withFile("paper.pdf", latin1("GIF89a"));
    expect(await call("readPdfFile", { path: "paper.pdf" })).toMatchObject({ isError: true });
    writeFileSync(file, "%PDF-1.7");
    truncateSync(file, 30_000_001);
    expect(await call("readPdfFile", { path: "paper.pdf" })).toMatchObject({
      value: { message: expect.stringContaining("30 MB") },
    });
  });
});

test.for([
  ["readImageFile", "\x89PNG\r\n\x1a\nrest"],
  ["readPdfFile", "%PDF-1.7 rest"],
] as const)("%s shows nothing that lies outside the workspace, through no link", async ([tool, content]) => {
  const { call, outside, workspace } = openSkill();
  writeFileSync(join(outside, "other"), latin1(content));
  symlinkSync("../outside/other", join(workspace, "link"));
  const outcome = await call(tool, { path: "link" });
  expect(outcome).toMatchObject({ isError: true, value: { error: "PATH_ESCAPE" } });
  expect(outcome.bytes).toBeUndefined();
});

test("a file that grows past the limit after it was opened is not read whole", () => {
  const { workspace, file } = withFile("log", latin1("12345678"));
  using opened = openWorkspace({ workspace, hidden: [] });
  using entry = opened.open("log");
  expect(contentUpTo(entry, 8)?.toString()).toBe("12345678");
  appendFileSync(file, "9");
  expect(contentUpTo(entry, 9)?.toString()).toBe("123456789");
  expect(contentUpTo(entry, 8)).toBeUndefined();
});
