import fc from "fast-check";
import { expect, test } from "vitest";
import { logLine } from "../../src/report/log-line.ts";

test("ordinary text stays as it is", () => {
  for (const text of ["", "step 1: 10 tokens", "a::b::c", "# Title", "## [x]", "größe 👩‍💻"]) {
    expect(logLine(text)).toBe(text);
  }
});

test.each([
  ["::error::x", "| ::error::x"],
  ["  ::add-mask::y", "| ::add-mask::y"],
  ["a ##[error]z", "a ## [error]z"],
  ["\n::error::x", "\\n::error::x"],
  ["\u2028::error::x", "\\u2028::error::x"],
])("%j becomes %j", (text, line) => {
  expect(logLine(text)).toBe(line);
});

test("no text is a command, on one line or on several", () => {
  const piece = fc.constantFrom(
    ..."::|##[|error|]|: |#|[| |\t|\r|\n|\u2028|\u0085|\u200b|\u00ad|\ufeff|\u001b[1G|x".split("|"),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const line = logLine(pieces.join(""));
      const seen = line.replaceAll(/\p{DI}/gu, "");
      expect(seen).not.toMatch(/^\s*::|##\[/);
      expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    }),
  );
});
