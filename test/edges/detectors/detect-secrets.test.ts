import { createHash, generateKeyPairSync } from "node:crypto";
import { describe, expect, it, test } from "vitest";
import { detectSecrets, withoutDetected } from "../../../src/edges/detectors/detect-secrets.ts";
import { inlineCode } from "../../../src/report/markdown.ts";

// Put together here, so that no scanner of this repository takes them for real.
const chars =
  "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7bC9dE1fG3hI5jK7lM9nO1pQ3rS5tU7vW9xY1zA3bC5dE7fG9hI1jK3lM5n";
const some = (length: number): string => chars.slice(0, length);
const joined = (...parts: readonly string[]): string => parts.join("");
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const jwt = [part({ alg: "HS256", typ: "JWT" }), part({ sub: "1234567890", admin: true }), some(43)].join(
  ".",
);
const pem = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
  type: "pkcs8",
  format: "pem",
});
const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;
const encrypted = rsa.export({ type: "pkcs1", format: "pem", cipher: "aes-128-cbc", passphrase: "x" });

const tokens: readonly (readonly [rule: string, token: string])[] = [
  ["github", joined("gh", "p_", some(36))],
  ["github", joined("gh", "s_", some(36))],
  ["github", joined("github", "_pat_", some(22), "_", some(59))],
  ["gitlab", joined("gl", "pat-", some(20))],
  ["npm", joined("np", "m_", some(36))],
  ["slack", joined("xo", "xb-123456789012-1234567890123-", some(24))],
  ["openai", joined("sk", "-proj-", some(74), "T3Blbk", "FJ", some(74))],
  ["anthropic", joined("sk", "-ant-", "api03-", some(93), "AA")],
  ["stripe", joined("sk", "_live_", some(24))],
  ["sendgrid", joined("S", "G.", some(22), ".", some(43))],
  ["jwt", jwt],
];

describe("given a text to publish that holds a secret nobody named", () => {
  it.each(tokens)("finds one of %s, and only it", async (rule, token) => {
    for (const [before, after] of [
      ["Use ", " for it."],
      ["key=`", "`"],
      ['{"a":"', '"}'],
      ["🙂\r\n", "\r\n"],
    ]) {
      const { text, rules } = await withoutDetected(`${before}${token}${after}`);
      expect(text).toBe(`${before}***${after}`);
      expect(rules).toContain(rule);
    }
  });

  it("finds the value of an AWS secret key by its name, and the password in an address", async () => {
    const aws = `aws_secret_access_key = ${some(40)}`;
    expect((await withoutDetected(aws)).text).toBe("aws_secret_access_key = ***");
    const url = joined("postgres://svc:", some(16), "@db.internal/app");
    expect(await withoutDetected(`at ${url} now`)).toEqual({
      text: "at *** now",
      rules: ["database-connection-string"],
    });
  });

  it.each([
    ["as it is", String(pem)],
    ["in JSON", JSON.stringify({ key: pem })],
    ["indented", String(pem).replaceAll("\n", "\n    ")],
    ["encrypted", String(encrypted)],
    ["without its end", String(encrypted).split("\n").slice(0, 9).join("\n")],
  ])("finds a private key %s", async (_, text) => {
    const out = await withoutDetected(`before ${text} after`);
    expect(out.rules).toEqual(["privatekey"]);
    expect(out.text).toMatch(/^before .*\*\*\*.*after$/s);
    expect(out.text).not.toMatch(/[A-Za-z0-9+/]{20}/);
  });

  it("tells where, in order, and takes out what overlaps as one", async () => {
    const [first, second] = [joined("gh", "p_", some(36)), joined("np", "m_", some(36))];
    const text = `${second} and ${first}`;
    expect((await detectSecrets(text)).map(({ start, end }) => text.slice(start, end))).toEqual([
      second,
      first,
    ]);
    expect((await withoutDetected(`https://user:${first}@example.com/`)).text).not.toContain(some(12));
  });

  it.each([
    "secretlint-disable",
    "<!-- secretlint-disable -->",
    "// secretlint-disable-line",
    "// secretlint-disable-next-line",
    "/* secretlint-disable @secretlint/secretlint-rule-github -- fine */",
  ])("is not switched off by %s", async (comment) => {
    const token = joined("gh", "p_", some(36));
    expect((await withoutDetected(`${comment}\n${token} ${comment}\n${token}`)).text).toBe(
      `${comment}\n*** ${comment}\n***`,
    );
  });
});

describe("given what only looks like chance", () => {
  const sha512 = createHash("sha512").update("x").digest();
  it.each([
    ["a commit", createHash("sha1").update("x").digest("hex")],
    ["a digest", `sha256:${createHash("sha256").update("x").digest("hex")}`],
    ["an integrity hash", `"integrity": "sha512-${sha512.toString("base64")}"`],
    ["a UUID", "123e4567-e89b-42d3-a456-426614174000"],
    [
      "an image",
      `data:image/png;base64,${Buffer.from(Array.from({ length: 900 }, (_, at) => (at * 197 + at ** 3) % 256)).toString("base64")}`,
    ],
    ["a certificate", `-----BEGIN CERTIFICATE-----\n${sha512.toString("base64")}\n-----END CERTIFICATE-----`],
    [
      "a public key",
      String(generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" })),
    ],
    ["an address", "https://github.com/o/r/compare/v1...v2?expand=1#diff-0123456789abcdef"],
    ["an address with a port", "postgres://localhost:5432/app and https://user@example.com:8443/"],
    [
      "a prefix in prose",
      joined("Tokens start with gh", "p_, sk", "-ant- or xo", "xb-; a JWT starts with ey", "J."),
    ],
    ["a placeholder", `aws_secret_access_key = ${"$"}{{ secrets.AWS_SECRET_ACCESS_KEY }}`],
    ["an account", "AccountId = 123456789012"],
    ["an unsigned JWT", jwt.slice(0, jwt.lastIndexOf("."))],
    [
      "markdown",
      "## Review\n\n- `src/a.ts:12` **fails**, see <details>\n\n```ts\nconst key = process.env.KEY;\n```\n",
    ],
    ["redacted text", "key=***; token ***"],
  ])("%s survives", async (_, text) => {
    const published = `See ${text} for more.`;
    expect(await withoutDetected(published)).toEqual({ text: published, rules: [] });
  });
});

it("a line that means a secret by its escapes, and does not show it, is left out as a whole", async () => {
  const token = ["ghp", "q7Z2mX9vK4tR8wL1nB6cY3sD5fG0hJ2kPaWe"].join("_");
  const text = ["before", JSON.stringify({ said: `x\n${token}` }), "C:\\new\\table", "after"].join("\n");
  expect(await withoutDetected(text)).toEqual({
    text: ["before", "***", "C:\\new\\table", "after"].join("\n"),
    rules: ["github"],
  });
});

const lines = String(rsa.export({ type: "pkcs8", format: "pem" }))
  .trim()
  .split("\n");

test.for([
  ["an escape in its header", lines.join("\n").replace("BEGIN ", "BEGIN\\u0020")],
  ["colours", lines.map((line) => `\u001b[32m${line}\u001b[0m`).join("\n")],
  [
    "colours that begin in its middle",
    lines.map((line, at) => (at < 3 ? line : `\u001b[32m${line}\u001b[0m`)).join("\n"),
  ],
  ["colours written out", lines.map((line) => `\\x1b[32m${line}\\e[0m`).join("\n")],
] as const)(
  "a key over several lines that is one only by what they mean, for %s, is left out",
  async ([, key]) => {
    const { text, rules } = await withoutDetected(`before\n${key}\nafter C:\\new`);
    expect(rules).toEqual(["privatekey"]);
    expect(text).toMatch(/^before\n/);
    expect(text).toMatch(/\nafter C:\\new$/);
    for (const line of lines.slice(1, -1)) expect(text).not.toContain(line.slice(0, 12));
  },
);

const escapes =
  "\\033[31m \\e[31m \\u{1b}[31m \\u001b[?25h \\u001b(B \\a \\N \\U0000000a %0A =0A [31m \\033[38;2;255;100;10m".split(
    " ",
  );

test.for(
  escapes.flatMap((before) =>
    [joined("gh", "p_", some(36)), joined("xo", "xb-123456789012-1234567890123-", some(24)), jwt].map(
      (token) => [before, token] as const,
    ),
  ),
)("a token behind %s is one: %s", async ([before, token]) => {
  const { text, rules } = await withoutDetected(`before\n${before}${token}\nafter`);
  expect(text).toBe("before\n***\nafter");
  expect(rules).toHaveLength(1);
});

test.for([joined("gh", "p_", some(36)), jwt, lines.join("\n")])(
  "inline code of a summary, made of character references, is read",
  async (secret) => {
    const { text, rules } = await withoutDetected(`- one\n- ${inlineCode(secret)}\n- two`);
    expect(text).toMatch(/^- one\n(?:\*{3}|- <code>\*{3}<\/code>)\n- two$/);
    expect(rules).toHaveLength(1);
  },
);

test("a token that is shown once and meant once is left out both times", async () => {
  const token = joined("gh", "p_", some(36));
  const out = await withoutDetected(`say ${token}\nC:\\new ${token} and \\n${token}\nC:\\new ${token}.`);
  expect(out).toEqual({ text: "say ***\n***\nC:\\new ***.", rules: ["github"] });
});

test("a part of a word is no token, nor is a long word after an escape", async () => {
  const text = `xgh${"p_"}${some(36)} C:\\task_test_ok MSG.content.body\\nSG.content.body`;
  expect(await withoutDetected(text)).toEqual({ text, rules: [] });
});

test("two hundred thousand lines with an escape are looked through", async () => {
  // One by one they would take half a minute.
  const text = `{"said":"\\u001b[31mC:\\\\new"}\n`.repeat(200_000);
  expect(await withoutDetected(text)).toEqual({ text, rules: [] });
});
