import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { keysByLine } from "../../../src/edges/detectors/keys-by-line.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;
const key = String(rsa.export({ type: "pkcs8", format: "pem" }))
  .trim()
  .split("\n");
const encrypted = String(rsa.export({ type: "pkcs1", format: "pem", cipher: "aes-128-cbc", passphrase: "x" }))
  .trim()
  .split("\n");

const goingOn = (texts: readonly string[]): readonly string[] => {
  const keys = keysByLine();
  return texts.filter((text) => keys.goesOn({ source: "fs", text }));
};

test.for([
  ["as they are", key, key.slice(1, -1)],
  ["of an encrypted key", encrypted, encrypted.slice(4, -1)],
  ["behind a logger's words", key.map((line, at) => `12:00:0${at % 10} INFO ${line}`), undefined],
  ["in a logger's JSON", key.map((msg, pid) => JSON.stringify({ msg, pid })), undefined],
  ["in colours", key.map((line) => `\u001b[32m${line}\u001b[0m`), undefined],
  ["with empty ones between them", key.flatMap((line) => [line, ""]), key.slice(1, -1)],
] as const)("lines of a key %s go on with it, but for its ends", ([, texts, expected]) => {
  expect(goingOn([...texts, "and more", key[1] ?? ""])).toEqual(expected ?? texts.slice(1, -1));
});

test("a key is followed through what others say meanwhile", () => {
  const keys = keysByLine();
  for (const [at, text] of key.entries()) {
    expect(keys.goesOn({ source: "fs", text })).toBe(at > 0 && at < key.length - 1);
    expect(keys.goesOn({ source: "db", text: "all is well" })).toBe(false);
    expect(keys.isOpen()).toBe(at < key.length - 2);
  }
});

test.for([
  ["a whole key in one text", [key.join("\n"), "next"]],
  ["a header in prose", ["it begins with -----BEGIN PRIVATE KEY-----", "done", key[1] ?? ""]],
  ["a commit below a header", ["-----BEGIN PRIVATE KEY-----", "1f0c".repeat(10)]],
  [
    "a path below a header",
    ["-----BEGIN PRIVATE KEY-----", "src/components/settings/panels/appearance/Theme"],
  ],
  ["a certificate", ["-----BEGIN CERTIFICATE-----", ...key.slice(1, -1), "-----END CERTIFICATE-----"]],
] as const)("%s does not go on", ([, texts]) => {
  expect(goingOn(texts)).toEqual([]);
});

test("no more than a hundred sources are followed", () => {
  const keys = keysByLine();
  const [header = "", line = ""] = key;
  for (let at = 0; at <= 100; at += 1) keys.goesOn({ source: `s${at}`, text: header });
  expect(keys.goesOn({ source: "s0", text: line })).toBe(false);
  expect(keys.goesOn({ source: "s100", text: line })).toBe(true);
});

test("two megabytes of headers are read", () => {
  // To look behind each of them for an end would take minutes.
  const headers = "-----BEGIN PRIVATE KEY-----".repeat(80_000);
  expect(goingOn([`${headers}-----END${headers.slice(0, -1)}`, key[1] ?? ""])).toEqual([]);
});
