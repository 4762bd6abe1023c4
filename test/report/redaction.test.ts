import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeRedaction } from "../../src/report/redaction.ts";

const key = "sk-ant-api03-Zx9Qw3Er7Ty1Ui5Op2As4Df6Gh8Jk0Lz";
const core = key.slice("sk-ant-api03-".length);
const { redact } = makeRedaction([key]);
const bytes = (text: string): Buffer => Buffer.from(text, "utf8");

describe("a known secret", () => {
  it("is replaced with its public prefix", () => {
    expect(redact(`key=${key}; rest`)).toBe("key=***; rest");
  });

  it.each([
    ["base64", bytes(key).toString("base64")],
    ["base64 behind one byte", bytes(`a${key}`).toString("base64")],
    ["base64 behind two bytes", bytes(`ab${key}`).toString("base64")],
    ["URL-safe base64", bytes(key).toString("base64url")],
    ["hex", bytes(key).toString("hex")],
    ["upper-case hex", bytes(key).toString("hex").toUpperCase()],
    ["reversed", [...key].reverse().join("")],
    ["its middle", core.slice(5, 17)],
    ["its end", core.slice(-12)],
    ["its base64 cut at both ends", bytes(key).toString("base64").slice(25, -3)],
  ])("does not leave as %s", (_, text) => {
    const out = redact(`before ${text} after`);
    expect(out).toContain("***");
    for (let at = 0; at + 12 <= core.length; at += 1) expect(out).not.toContain(core.slice(at, at + 12));
    expect(Buffer.from(out, "base64").toString("latin1")).not.toContain(core.slice(4, 16));
  });

  it.each([
    ["URL", encodeURIComponent("p@ss/w&rd +=?1")],
    ["form", new URLSearchParams({ x: "p@ss/w&rd +=?1" }).toString().slice(2)],
    ["lower-case URL", encodeURIComponent("p@ss/w&rd +=?1").toLowerCase()],
  ])("with special characters does not leave %s-encoded", (_, text) => {
    expect(makeRedaction(["p@ss/w&rd +=?1"]).redact(`<${text}>`)).toBe("<***>");
  });

  it("with quotes does not leave inside JSON, nor inside JSON in JSON", () => {
    const secret = 'pass"word\\with"q';
    const inside = JSON.stringify({ a: secret });
    const { redact } = makeRedaction([secret]);
    expect(redact(inside)).toBe('{"a":"***"}');
    expect(redact(JSON.stringify(inside))).toBe('"{\\"a\\":\\"***\\"}"');
  });

  it("of 8 characters goes whole, and of 7 is left and reported", () => {
    const { redact, tooShort } = makeRedaction(["hunter2", "hunter42", "changeme"]);
    expect(redact("hunter2 hunter42 changeme")).toBe("hunter2 *** changeme");
    expect(tooShort).toEqual([0, 2]);
  });

  it("of several lines goes line by line, its public first line stays", () => {
    const line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj";
    const pem = `-----BEGIN PRIVATE KEY-----\n${line}\n${line.toLowerCase()}\n-----END PRIVATE KEY-----\n`;
    const { redact } = makeRedaction([pem]);
    expect(redact(`second: ${line.toLowerCase()}`)).toBe("second: ***");
    expect(redact(pem)).toBe("-----BEGIN PRIVATE KEY-----\n***\n-----END PRIVATE KEY-----\n");
    expect(redact(bytes(pem).toString("base64"))).not.toContain(bytes(line).toString("base64").slice(10, 30));
  });

  it("that is a URL does not take every URL of the scheme with it", () => {
    const { redact } = makeRedaction(["https://hooks.example.com/services/T0/B0/Xyz123Abc456"]);
    expect(redact("see https://hooks.example.com/docs")).toBe("see https://hooks.example.com/docs");
    expect(redact("at https://hooks.example.com/services/T0/B0/Xyz123Abc456")).toBe("at ***");
  });
});

describe("what is no secret", () => {
  it("is a vendor's prefix alone", () => {
    expect(redact("keys start with sk-ant-api03-")).toBe("keys start with sk-ant-api03-");
  });

  it("is eleven characters of one", () => {
    expect(redact(core.slice(0, 11))).toBe(core.slice(0, 11));
  });

  it("is any other text", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ A-Y]*$/), (text) => {
        expect(redact(text)).toBe(text);
      }),
    );
  });
});

const secret = fc
  .oneof(
    fc.stringMatching(/^[\w+/=.~-]{8,60}$/),
    fc.string({ unit: "grapheme", minLength: 8, maxLength: 40 }),
  )
  .filter(
    (text) => text.trim() === text && !text.includes("*") && makeRedaction([text]).tooShort.length === 0,
  );

const encodings: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => bytes(text).toString("base64"),
  (text) => bytes(`x${text}yz`).toString("base64"),
  (text) => bytes(`xy${text}z`).toString("base64url"),
  (text) => bytes(text).toString("hex"),
  (text) => bytes(text).toString("hex").toUpperCase(),
  (text) => encodeURIComponent(text),
  (text) => JSON.stringify(text).slice(1, -1),
  (text) => [...text].reverse().join(""),
];

/** What a reader who undoes the encoding could find of the secret: no 12 characters in a row. */
const gives = (out: string, form: string): boolean => {
  for (let at = 0; at + 12 <= form.length; at += 1) if (out.includes(form.slice(at, at + 12))) return true;
  return false;
};

describe("for any secret, place and encoding", () => {
  const around = fc.stringMatching(/^[ .,\n]{0,30}$/);

  it("no 12 characters in a row of the plain form are left", () => {
    fc.assert(
      fc.property(secret, around, around, fc.constantFrom(...encodings), (value, before, after, encode) => {
        const out = makeRedaction([value]).redact(`${before}${encode(value)}${after}`);
        expect(gives(out, value)).toBe(false);
        expect(gives(out, [...value].reverse().join(""))).toBe(false);
        expect(gives(out, bytes(value).toString("hex"))).toBe(false);
        if (!value.includes("-") && !value.includes("://") && !value.startsWith("eyJ"))
          expect(out.replace(/[A-Za-z0-9+/=_-]{1,6}(?=\*\*\*)|(?<=\*\*\*)[A-Za-z0-9+/=_-]{1,6}/g, "")).toBe(
            `${before}***${after}`,
          );
      }),
      { numRuns: 1000 },
    );
  });

  it("a stream cut anywhere says what the whole text says, and never shows more on the way", () => {
    fc.assert(
      fc.property(
        secret,
        fc.array(fc.oneof(around, fc.constantFrom(...encodings), fc.constant("sk-ant-api03-")), {
          maxLength: 8,
        }),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 60 }),
        (value, parts, cuts) => {
          const redaction = makeRedaction([value, key]);
          const text = parts
            .map((part) => (typeof part === "string" ? part : part(`${value}${key}`)))
            .join("");
          const stream = redaction.stream();
          let shown = "";
          let at = 0;
          for (let turn = 0; at < text.length; turn += 1) {
            const size = cuts[turn % cuts.length] ?? 1;
            shown += stream.push(text.slice(at, at + size));
            expect(redaction.redact(text).startsWith(shown)).toBe(true);
            at += size;
          }
          expect(shown + stream.end()).toBe(redaction.redact(text));
        },
      ),
      { numRuns: 500 },
    );
  });
});

it("streams do not split a character made of two units", () => {
  const stream = makeRedaction([key]).stream();
  const shown = [..."🙂".repeat(40)].map((character) => stream.push(`a${character}`));
  expect(shown.every((piece) => piece.isWellFormed())).toBe(true);
});
