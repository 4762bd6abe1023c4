import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, test, vi } from "vitest";
import { artifactContent } from "../../src/hosts/action-files.ts";
import type { JobEvent } from "../../src/job/event.ts";
import { noUsage } from "../../src/job/usage.ts";
import { journalOf } from "../report/journal.ts";

const key = String(
  generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey.export({ type: "pkcs8", format: "pem" }),
)
  .trim()
  .split("\n");

/** What is uploaded of a job with these events, and what is told of it. */
const contentOf = async (events: readonly JobEvent[], cut = "") => {
  const directory = mkdtempSync(join(tmpdir(), "action-files-"));
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    const journal = journalOf(events).map((entry) => `${JSON.stringify(entry)}\n`);
    writeFileSync(join(directory, "events.jsonl"), `${journal.join("")}${cut}`);
    const { kind, files } = await artifactContent(directory, "full");
    return { kind, files: files.map((file) => basename(file)), told: String(written.mock.calls) };
  } finally {
    written.mockRestore();
    rmSync(directory, { recursive: true });
  }
};

const stderr = (skill: string, text: string): JobEvent => ({ type: "skillStderr", runId: "r0", skill, text });
const result = (...texts: readonly string[]): JobEvent => ({
  type: "toolCallFinished",
  runId: "r0",
  toolCallId: "call_1_0",
  contents: texts.map((text) => ({ type: "text", text })),
  isError: false,
  durationMs: 1,
});
const answer = (...texts: readonly string[]): JobEvent => ({
  type: "generationFinished",
  runId: "r0",
  step: 1,
  parts: texts.map((text) => ({ type: "text", text })),
  finishReason: "stop",
  usage: noUsage,
  model: "m",
  durationMs: 1,
});
const token = ["ghp", "q7Z2mX9vK4tR8wL1nB6cY3sD5fG0hJ2kPaWe"].join("_");

test.for([
  ["a key that a skill prints line by line", key.flatMap((line) => [stderr("fs", line), stderr("db", "ok")])],
  ["a key that tools give line by line", key.map((line) => result(line))],
  ["a key whose lines are parts of one result", [result(...key)]],
  ["a key that answers hold line by line", key.map((line) => answer(line))],
  [
    "a key that a tool tells of itself",
    key.map((message, progress): JobEvent => {
      return { type: "toolProgress", runId: "r0", toolCallId: "call_1_0", progress, message };
    }),
  ],
  ["a token in two parts of an answer", [answer(token.slice(0, 20), token.slice(20))]],
] as const)("a record with %s is not uploaded", async ([, events]) => {
  const { kind, files, told } = await contentOf(events);
  expect([kind, files]).toEqual(["summary", []]);
  expect(told).toMatch(/what looks like a secret \((?:privatekey|github) in events\.jsonl\)/);
});

test("a record of what is no key is uploaded whole", async () => {
  const events = [
    stderr("fs", key[0] ?? ""),
    stderr("fs", "is how a key begins"),
    result("a", "b"),
    answer("x"),
  ];
  const { kind, files, told } = await contentOf(events);
  expect([kind, files, told]).toEqual(["full", ["events.jsonl"], ""]);
});

test("the line that a killed job was writing hinders nobody", async () => {
  const cut = JSON.stringify(journalOf([answer("a", "b")])[0]).slice(0, -40);
  expect((await contentOf([answer("a", "b")], cut)).kind).toBe("full");
});
