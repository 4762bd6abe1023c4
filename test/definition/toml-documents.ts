import fc from "fast-check";

/**
 * TOML documents written in every way the format allows: bare, quoted and dotted keys, headers, arrays of
 * tables, inline tables, arrays over several lines, all four kinds of string, comments, blanks and CRLF. Names
 * are numbered, so that nothing is defined twice.
 */
type Written = (names: () => string) => string;

const blank = fc.constantFrom("", " ", "\t", "  ");
const comment = fc.constantFrom("", " # [not.a.header]", '# k = \'v\' """');

const nameForms = ["plain", "basic", "literal", "escaped", "odd"] as const;
const nameOf = (form: (typeof nameForms)[number], number: string): string => {
  if (form === "plain") return `k${number}`;
  if (form === "basic") return `"k ${number} = # ]"`;
  if (form === "literal") return `'k"${number}.x\\'`;
  return form === "escaped" ? `"k\\"\\u00e9\\\\${number}"` : `"${number}"`;
};

const key: fc.Arbitrary<Written> = fc
  .array(fc.tuple(fc.constantFrom(...nameForms), blank), { minLength: 1, maxLength: 3 })
  .map(
    (parts) => (names) =>
      parts
        .map(([form, gap]) => `${gap}${nameOf(form, names())}${gap}`)
        .join(".")
        .trim(),
  );

const scalar: fc.Arbitrary<string> = fc.constantFrom(
  "0",
  "-17",
  "1_000",
  "0xff",
  "3.5",
  "1e6",
  "true",
  "false",
  '""',
  '"a # b"',
  '"\\"\\\\"',
  '"[x] = {y}"',
  "''",
  "'c:\\dir\\'",
  '"""x"""',
  '"""\none\n[h]\nk = 1"""',
  '"""q \\""" # \\\\"""',
  "'''\n'it''s'\n'''",
);

const value: fc.Arbitrary<Written> = fc.letrec<{ value: Written; array: Written; table: Written }>((tie) => ({
  value: fc.oneof(
    {
      weight: 4,
      arbitrary: scalar.map(
        (text): Written =>
          () =>
            text,
      ),
    },
    tie("array"),
    tie("table"),
  ),
  array: fc
    .tuple(fc.array(tie("value"), { maxLength: 3 }), fc.constantFrom("", "\n  ", " # ] ,\n "), fc.boolean())
    .map(
      ([items, gap, trailing]): Written =>
        (names) => {
          const body = items.map((item) => `${gap}${item(names)}`).join(`${gap},`);
          return `[${body}${trailing && items.length > 0 ? "," : ""}${gap}]`;
        },
    ),
  table: fc.array(fc.tuple(key, tie("value")), { maxLength: 3 }).map(
    (pairs): Written =>
      (names) =>
        `{ ${pairs.map(([k, v]) => `${k(names)} = ${v(names)}`).join(" , ")} }`,
  ),
})).value;

const pair: fc.Arbitrary<Written> = fc.tuple(key, blank, value, comment).map(
  ([k, gap, v, end]) =>
    (names) =>
      `${gap}${k(names)}${gap}=${gap}${v(names)}${end}`,
);

const section: fc.Arbitrary<Written> = fc
  .tuple(key, fc.integer({ min: 0, max: 2 }), fc.array(pair, { maxLength: 3 }), comment, key)
  .map(([header, repeats, pairs, end, sub]) => (names) => {
    const name = header(names);
    const body = () => pairs.map((one) => `\n${one(names)}`).join("");
    if (repeats === 0) return `[ ${name} ]${end}${body()}`;
    const one = () => `[[${name}]]${end}${body()}\n[${name}.${sub(names)}]${body()}`;
    return Array.from({ length: repeats }, one).join("\n\n");
  });

export const documents: fc.Arbitrary<string> = fc
  .tuple(fc.array(pair, { maxLength: 4 }), fc.array(section, { maxLength: 4 }), fc.boolean())
  .map(([pairs, sections, crlf]) => {
    let count = 0;
    const names = () => String(count++);
    const text = [...pairs, ...sections].map((write) => write(names)).join("\n");
    return crlf ? text.replaceAll("\n", "\r\n") : text;
  });
