import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeRedaction } from "../../src/report/redaction.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "utf8");
const backwards = (text: string): string => [...text].reverse().join("");
const lowered = (text: string): string => text.replace(/%../g, (code) => code.toLowerCase());
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
const strict = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

/** What programs make of a secret, by other means than the code's own. */
const encodings: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  base64: (text) => bytes(text).toString("base64"),
  "base64 behind one byte": (text) => bytes(`:${text}`).toString("base64"),
  "base64 behind two bytes": (text) => bytes(`u:${text}@h`).toString("base64"),
  base64url: (text) => bytes(text).toString("base64url"),
  "base64url behind one byte": (text) => bytes(`:${text}!`).toString("base64url"),
  "base64url behind two bytes": (text) => bytes(`u:${text}`).toString("base64url"),
  url: encodeURIComponent,
  "url, lower": (text) => lowered(encodeURIComponent(text)),
  "url, strict": strict,
  "url, strict, lower": (text) => lowered(strict(text)),
  form: (text) => new URLSearchParams({ k: text }).toString().slice(2),
  "form, lower": (text) => lowered(new URLSearchParams({ k: text }).toString().slice(2)),
  json: inJson,
  "json twice": (text) => inJson(inJson(text)),
  hex: (text) => bytes(text).toString("hex"),
  "hex, upper": (text) => bytes(text).toString("hex").toUpperCase(),
  reversed: backwards,
};

const letters = (alphabet: RegExp) => fc.stringMatching(alphabet);
const line = letters(/^[A-Za-z0-9+/]{64}$/);
const pem = fc
  .tuple(fc.constantFrom("PRIVATE KEY", "RSA PRIVATE KEY"), fc.array(line, { minLength: 1, maxLength: 3 }))
  .map(([kind, lines]) => [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`, ""].join("\n"));

/** A value as it is set, and what of it nobody else knows: without a vendor's prefix or a PEM file's first line. */
type Secret = { readonly value: string; readonly core: string };

const itself = (value: string): Secret => ({ value, core: value });

const secret: fc.Arbitrary<Secret> = fc
  .oneof(
    letters(/^[A-Za-z0-9]{8,200}$/).map(itself),
    letters(/^[A-Za-z0-9+/]{8,198}={0,2}$/).map(itself),
    letters(/^[0-9a-f]{8,200}$/).map(itself),
    letters(/^[!-~]{8,200}$/).map(itself),
    letters(/^(ab|a){8,60}$/).map(itself),
    letters(/^[!()x][!'() x]{8,60}[!()x]$/).map(itself),
    letters(/^[%"\\/&+' é€🙂]{8,60}$/u).map(itself),
    fc.string({ unit: "binary", minLength: 8, maxLength: 100 }).map(itself),
    fc
      .array(letters(/^[!-~]{1,30}$/), { minLength: 2, maxLength: 6 })
      .map((lines) => itself(lines.join("\n"))),
    fc
      .array(letters(/^[a-z]{1,6}$/), { minLength: 5, maxLength: 9 })
      .map((lines) => itself(lines.join("\r\n"))),
    fc
      .tuple(
        fc.constantFrom("sk-ant-api03-", "sk-", "ghp_", "github_pat_", "AKIA", "xoxb-", "npm_", "Bearer "),
        letters(/^[A-Za-z0-9]{12,100}$/),
      )
      .map(([prefix, core]) => ({ value: prefix + core, core })),
    pem.map((value) => ({ value, core: value.split("\n").slice(1, -2).join("\n") })),
  )
  .filter(({ value, core }) => value === core || value.includes(core))
  .filter(({ value }) => value.trim() === value || value.startsWith("-----"))
  .filter(({ value }) => value.isWellFormed() && !value.includes("*"))
  // A prefix that chance made: then only what follows it is secret.
  .filter(({ value, core }) => value !== core || !/^(sk-|gh|xox|AIza|A[KS]IA|eyJ|SG\.|\w+:\/\/)/.test(value))
  .filter(({ value }) => makeRedaction([value]).tooShort.length === 0);

const around = fc.oneof(
  fc.constantFrom("", " ", "\n", "key=", '{"a":"', "::", "====", "AAAA", "%"),
  fc.string({ maxLength: 40 }),
);

/** The places of an encoded secret are the secret's alone; in base64 they start and end with a whole character of it. */
const formsOf = (core: string): readonly string[] => {
  const whole = (text: string, before: number): string =>
    bytes(`${"x".repeat(before)}${text}`)
      .toString("base64")
      .slice(Math.ceil((before * 8) / 6))
      .replace(/=+$/, "");
  const shifted = [0, 1, 2].map((before) => whole(core, before).slice(0, -1));
  const others = Object.entries(encodings).filter(([name]) => !name.startsWith("base64"));
  return [
    ...shifted,
    ...shifted.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
    ...others.map(([, encode]) => encode(core)),
  ];
};

const gramsOf = (forms: readonly string[]): readonly string[] =>
  forms.flatMap((form) =>
    Array.from({ length: Math.max(0, form.length - 11) }, (_, at) => form.slice(at, at + 12)),
  );

const text = (secrets: readonly Secret[]) =>
  fc
    .array(
      fc.tuple(
        around,
        fc.constantFrom(...secrets),
        fc.constantFrom(...Object.values(encodings)),
        fc.tuple(fc.double({ max: 0.4, min: 0, noNaN: true }), fc.double({ max: 1, min: 0.6, noNaN: true })),
        fc.boolean(),
      ),
      { minLength: 1, maxLength: 5 },
    )
    .chain((parts) =>
      around.map((after) =>
        [
          ...parts.map(([before, { value }, encode, [from, to], isCut]) => {
            const encoded = encode(value);
            const piece = encoded.slice(Math.floor(from * encoded.length), Math.ceil(to * encoded.length));
            return before + (isCut ? piece : encoded);
          }),
          after,
        ].join(""),
      ),
    );

const scene = fc
  .array(secret, { minLength: 1, maxLength: 3 })
  .chain((secrets) => fc.tuple(fc.constant(secrets), text(secrets)));

describe("given any secrets, and a text that holds them in any encoding, whole or cut", () => {
  it("no 12 characters in a row of any of their forms are left", () => {
    fc.assert(
      fc.property(scene, ([secrets, whole]) => {
        const out = makeRedaction(secrets.map(({ value }) => value)).redact(whole);
        const left = gramsOf(secrets.flatMap(({ core }) => formsOf(core))).filter((gram) =>
          out.includes(gram),
        );
        expect(left).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it("a stream cut anywhere says what the whole text says", () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(scene, cuts, ([secrets, whole], sizes) => {
        const redaction = makeRedaction(secrets.map(({ value }) => value));
        const stream = redaction.stream();
        let shown = "";
        for (let at = 0, turn = 0; at < whole.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          shown += stream.push(whole.slice(at, at + size));
          at += size;
        }
        expect(shown + stream.end()).toBe(redaction.redact(whole));
      }),
      { numRuns: 1_000 },
    );
  });
});
