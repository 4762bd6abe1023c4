import fc from "fast-check";
import { parse, stringify } from "smol-toml";
import { describe, expect, it } from "vitest";
import { type KeyPath, tomlPositions } from "../../src/definition/toml-positions.ts";
import { documents } from "./toml-documents.ts";

type Place = { readonly path: KeyPath; readonly value: unknown };

const leaves = (value: unknown, path: KeyPath = []): readonly Place[] => {
  if (typeof value !== "object" || value === null) return [{ path, value }];
  return Object.entries(value).flatMap(([key, member]) =>
    leaves(member, [...path, Array.isArray(value) ? Number(key) : key]),
  );
};

const from = (text: string, { line, column }: { line: number; column: number }): string =>
  text
    .split("\n")
    .slice(line - 1)
    .join("\n")
    .slice(column - 1);

describe("given any document that smol-toml reads", () => {
  it("finds every value where it is written", () => {
    fc.assert(
      fc.property(documents, (text) => {
        const positions = tomlPositions(text);
        for (const { path, value } of leaves(parse(text))) {
          const rest = from(text, positions.value(path));
          const written =
            /^(?:"""(?:[^\\]|\\[\s\S])*?"""(?!")|'''[\s\S]*?'''(?!')|"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,\]}#]+)/.exec(
              rest,
            )?.[0];
          expect(parse(`v = ${written}`)).toEqual({ v: value });
        }
      }),
      { numRuns: 400 },
    );
  });

  it("finds every key where it is written", () => {
    fc.assert(
      fc.property(documents, (text) => {
        const positions = tomlPositions(text);
        for (const { path } of leaves(parse(text))) {
          const last = path.at(-1);
          if (typeof last !== "string") continue;
          const written = /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|[\w-]+)/.exec(from(text, positions.key(path)))?.[0];
          expect(Object.keys(parse(`${written} = 1`))).toEqual([last]);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("reads what smol-toml writes", () => {
    const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean());
    const tree = fc.letrec((tie) => ({
      table: fc.dictionary(
        fc.string(),
        fc.oneof(scalar, fc.array(scalar), tie("table"), fc.array(tie("table"))),
        {
          maxKeys: 4,
          noNullPrototype: true,
        },
      ),
    })).table;
    fc.assert(
      fc.property(tree, (value) => {
        const text = stringify(value);
        const positions = tomlPositions(text);
        for (const { path, value: leaf } of leaves(parse(text))) {
          if (typeof leaf !== "boolean") continue;
          expect(from(text, positions.value(path)).startsWith(String(leaf))).toBe(true);
        }
      }),
    );
  });
});

describe("given a path", () => {
  const text = [
    "# comment = 1", // 1
    "top = 1",
    'a."b c".d = "v"',
    "",
    "  [ x . 'y' ]  # header", // 5
    'long = """',
    'fake = 1 \\"""',
    'end"""""',
    "list = [",
    "  1, # one", // 10
    "  { k = [true, false], }",
    "]",
    "[[t]]",
    "[t.sub]",
    "[[t]]", // 15
    "date = 1979-05-27 07:32:00",
    "[t.sub]",
    "k = '''",
    "[not.a.header]''''",
  ].join("\n");
  const { key, value } = tomlPositions(text);

  it("is read from a document smol-toml accepts", () => {
    expect(parse(text)).toMatchObject({ x: { y: { long: 'fake = 1 """\nend""' } }, t: [{}, { sub: {} }] });
  });

  it.each([
    [["top"], [2, 1], [2, 7]],
    [
      ["a", "b c", "d"],
      [3, 9],
      [3, 13],
    ],
    [
      ["a", "b c"],
      [3, 3],
      [3, 3],
    ],
    [
      ["x", "y"],
      [5, 9],
      [5, 3],
    ],
    [
      ["x", "y", "long"],
      [6, 1],
      [6, 8],
    ],
    [
      ["x", "y", "list", 0],
      [10, 3],
      [10, 3],
    ],
    [
      ["x", "y", "list", 1, "k", 1],
      [11, 16],
      [11, 16],
    ],
    [
      ["t", 0, "sub"],
      [14, 4],
      [14, 1],
    ],
    [
      ["t", 1],
      [15, 3],
      [15, 1],
    ],
    [
      ["t", 1, "date"],
      [16, 1],
      [16, 8],
    ],
    [
      ["t", 1, "sub", "k"],
      [18, 1],
      [18, 5],
    ],
    [[], [1, 1], [1, 1]],
    [
      ["t", 1, "sub", "missing", "deeper"],
      [17, 4],
      [17, 1],
    ],
  ] as const)("%j has its key at %j and its value at %j", (path, keyAt, valueAt) => {
    expect(Object.values(key(path))).toEqual(keyAt);
    expect(Object.values(value(path))).toEqual(valueAt);
  });
});
