import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it, test } from "vitest";
import { kindsIn, withoutDetected } from "../../../src/edges/detectors/detect-secrets.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const keys = {
  "PKCS #8": privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  "PKCS #1": privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
};
const bodyOf = (key: string): readonly string[] => key.trim().split("\n").slice(1, -1);

const forms: readonly (readonly [name: string, form: (line: string, index: number) => string])[] = [
  ["a diff that takes it away", (line) => `-${line}`],
  ["a diff that adds it", (line) => `+${line}`],
  ["a quotation", (line) => `> ${line}`],
  ["numbers of lines", (line, index) => `${String(index + 1).padStart(6)}\t${line}`],
  ["what a search found", (line, index) => `config/key.pem:${index + 1}:${line}`],
  ["a runner's times", (line) => `2026-11-26T08:00:00.0000000Z ${line}`],
  ["strings of a list", (line) => `  "${line}",`],
  ["strings that are put together", (line) => `  "${line}\\n" +`],
];

describe.each(Object.entries(keys))("a private key of %s in one text", (_, key) => {
  it.each(forms)("in %s is left out", async (_name, form) => {
    const text = key.trim().split("\n").map(form).join("\n");
    const { text: left, rules } = await withoutDetected(`Before.\n${text}\nAfter.`);
    for (const line of bodyOf(key)) expect(left).not.toContain(line);
    expect(left).toMatch(/^Before\./);
    expect(left).toMatch(/After\.$/);
    expect(rules).toContain("privatekey");
    expect(await kindsIn(text)).toContain("privatekey");
  });

  it("folded to short lines is left out", async () => {
    const [head = "", ...rest] = key.trim().split("\n");
    const folded =
      bodyOf(key)
        .join("")
        .match(/.{1,32}/g) ?? [];
    const { text } = await withoutDetected([head, ...folded, rest.at(-1)].join("\n"));
    for (const line of folded) expect(text).not.toContain(line);
  });

  it("in base64, as a cluster's configuration has it, is left out", async () => {
    const encoded = Buffer.from(key).toString("base64");
    const { text, rules } = await withoutDetected(`    client-key-data: ${encoded}\n    user: ada\n`);
    expect(text).toBe("    client-key-data: ***\n    user: ada\n");
    expect(rules).toEqual(["privatekey"]);
  });
});

describe.each(["q7WzAbcd", "AbcdEfghIjklMnopQrst", "uVwXyZaBcDeFgHi=", "aB3=".repeat(5)])(
  "a private key whose last line is %s",
  (last) => {
    const body = [..."123456"].map((first) => `${first}${"Ab3/x+Yz9".repeat(7)}`);
    const key = ["-----BEGIN PRIVATE KEY-----", ...body, last, "-----END PRIVATE KEY-----"];
    it.each(forms)("in %s is left out to its end", async (_name, form) => {
      const { text } = await withoutDetected(`Before.\n${key.map(form).join("\n")}\nAfter.`);
      for (const line of [...body, last]) expect(text).not.toContain(line);
      expect(text).toMatch(/^Before\.[\s\S]*After\.$/);
    });
  },
);

test.each([
  ["a public key", publicKey.export({ type: "spki", format: "pem" }).toString()],
  [
    "a public key in base64",
    Buffer.from(publicKey.export({ type: "spki", format: "pem" })).toString("base64"),
  ],
  [
    "a header in prose",
    "A key begins with -----BEGIN PRIVATE KEY----- and goes on for lines.\nThis one does not.\n",
  ],
])("%s stays as it is", async (_, text) => {
  expect((await withoutDetected(text)).text).toBe(text);
});

test("a key of Google's is left out", async () => {
  const key = ["AI", "za", "SyB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3x"].join("");
  expect((await withoutDetected(`key=${key}&q=1`)).text).toBe("key=***&q=1");
});
