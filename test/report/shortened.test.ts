import { expect, test } from "vitest";
import { shortened } from "../../src/report/shortened.ts";

const token = ["ghp", "q7Z2mX9vK4tR8wL1nB6cY3sD5fG0hJ2kPaWe"].join("_");
const spaces = (count: number): string => "a ".repeat(count / 2);

test.for([
  ["fits", "fits"],
  [`${spaces(50)}`, spaces(50)],
  [`${spaces(40)}and so on and on`, `${spaces(40)}and so on…`],
  ["x".repeat(60), `${"x".repeat(49)}…`],
  ["日本語".repeat(20), `${"日本語".repeat(16)}日…`],
  [`${"x".repeat(48)}🙂 and`, `${"x".repeat(48)}\ufffd…`],
  [`${spaces(8)}${token}!`, `${spaces(8)}${token}!`],
  [`${spaces(4)}${token}\u00e9${spaces(10)}`, `${spaces(4)}${token}éa a …`],
  [`${spaces(12)}${token}`, `${spaces(12)}…`],
  [`{"key":"${token}ABCDEFGH"}`, `{"key":"…`],
  [`${spaces(10)}\\u001b[31m${token.slice(0, 30)}\\u001b[0mrest`, `${spaces(10)}…`],
  [`${spaces(10)}postgres://app:correcthorsebatterystaple@db`, `${spaces(10)}…`],
  [`a -----BEGIN PRIVATE KEY----- Proc-Type: 4,ENCRYPTED ${token}`, "a …"],
  [
    `-----BEGIN X----- ab -----END X----- and so on and on`,
    "-----BEGIN X----- ab -----END X----- and so on an…",
  ],
] as const)("%j is cut to %j", ([text, cut]) => {
  expect(shortened(text, 50)).toBe(cut);
});
