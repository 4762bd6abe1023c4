import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/job/message.ts";
import { answerError, argumentsError, schemaError } from "../../src/job/tool-arguments.ts";

const schema = {
  type: "object",
  properties: { path: { type: "string" }, depth: { type: "integer" } },
  required: ["path"],
  additionalProperties: false,
};

describe("a tool call's arguments", () => {
  test("that fit the schema pass", () => {
    expect(argumentsError(schema, { path: "a", depth: 2 })).toBeUndefined();
  });

  test("that do not fit give one line that names every fault", () => {
    expect(argumentsError(schema, { depth: "deep" })).toBe(
      "arguments must have required property 'path'; arguments/depth must be integer",
    );
  });

  test("are not corrected on the way", () => {
    const args = { path: "a", depth: "2" };
    expect(argumentsError(schema, args)).toBe("arguments/depth must be integer");
    expect(args).toEqual({ path: "a", depth: "2" });
  });

  test("of two schemas with the same $id are checked by their own", () => {
    const one = { $id: "https://example.com/tool", ...schema };
    const other = { $id: "https://example.com/tool", type: "object", required: ["url"] };
    expect(argumentsError(one, { path: "a" })).toBeUndefined();
    expect(argumentsError(other, { path: "a" })).toContain("'url'");
  });

  test("are checked in spite of a dialect that is not known", () => {
    const schema2020 = { $schema: "https://json-schema.org/draft/2020-12/schema", ...schema };
    expect(argumentsError(schema2020, {})).toContain("'path'");
  });

  test("are checked though the schema asks for a promise", () => {
    expect(argumentsError({ $async: true, ...schema }, {})).toContain("'path'");
  });

  test("of a schema that cannot be compiled are left to the tool", () => {
    expect(argumentsError({ type: "no such type" }, { anything: 1 })).toBeUndefined();
    expect(argumentsError({ properties: { a: { minLength: "5" } } }, { a: "" })).toBeUndefined();
    expect(argumentsError({ type: "object", required: "a" }, {})).toBeUndefined();
    expect(argumentsError({ $ref: "https://example.com/elsewhere" }, { anything: 1 })).toBeUndefined();
  });
});

describe("a server's schema", () => {
  test("with an expression that takes for ever is checked without it", () => {
    const evil = { type: "string", pattern: "^(a+)+$", format: "regex" };
    const q = `${"a".repeat(45)}!`;
    expect(argumentsError({ properties: { q: evil } }, { q })).toBeUndefined();
    expect(argumentsError({ properties: { q: evil } }, { q: 1 })).toBe("arguments/q must be string");
    const byName = { patternProperties: { "^(a+)+$": { type: "number" } }, additionalProperties: false };
    expect(argumentsError({ type: "object", ...byName }, { [q]: "x" })).toBeUndefined();
    const referred = { $ref: "#/examples/0" };
    expect(argumentsError({ properties: { q: referred }, examples: [evil] }, { q })).toBeUndefined();
  });

  test("whose references double with every level checks nothing", () => {
    const levels = 40;
    const next = (level: number) => ({ $ref: `#/$defs/d${level + 1}` });
    const $defs: JsonObject = Object.fromEntries([
      ...Array.from({ length: levels }, (_, level) => [`d${level}`, { allOf: [next(level), next(level)] }]),
      [`d${levels}`, { type: "string" }],
    ]);
    expect(argumentsError({ $defs, properties: { q: next(-1) } }, { q: 1 })).toBeUndefined();
    expect(argumentsError({ $defs, properties: { q: next(levels - 2) } }, { q: 1 })).toContain(
      "must be string",
    );
  });

  test.each<[string, JsonObject]>([
    ["itself", { type: "object", allOf: [{ $ref: "#" }] }],
    ["itself by its members", { type: "object", properties: { child: { $ref: "#" } }, required: ["a"] }],
    ["a definition that goes round", { $defs: { a: { $ref: "#/$defs/a" } }, $ref: "#/$defs/a" }],
    ["what is not in it", { $ref: "#/$defs/gone" }],
    ["what is no address", { $ref: "#/%" }],
  ])("that refers to %s checks nothing", (_, schema) => {
    expect(argumentsError(schema, { child: 1 })).toBeUndefined();
  });

  test("of many levels, or of many names, checks nothing", () => {
    const deep = (levels: number): JsonObject =>
      levels === 0 ? { type: "string" } : { allOf: [deep(levels - 1)] };
    expect(argumentsError({ properties: { q: deep(60) } }, { q: 1 })).toContain("must be string");
    expect(argumentsError({ properties: { q: deep(70) } }, { q: 1 })).toBeUndefined();
    expect(
      argumentsError({ required: Array.from({ length: 9_000 }, (_, index) => `n-${index}`) }, {}),
    ).toBeUndefined();
  });

  test("that finds fault with everything is told in part", () => {
    const names = Array.from({ length: 500 }, (_, index) => `${index}`.repeat(30));
    const error = argumentsError({ required: names }, {}) ?? "";
    expect(error).toContain(`'${"1".repeat(30)}'`);
    expect(error.length).toBeLessThanOrEqual(10_000);
  });

  test("is checked by what its references name, beside what stands with them", () => {
    const schema = {
      definitions: { "a/b": { type: "string" } },
      properties: { q: { $ref: "#/definitions/a~1b", minLength: 3 }, pattern: { type: "string" } },
      required: ["pattern"],
    };
    expect(argumentsError(schema, { q: 1, pattern: "x" })).toBe("arguments/q must be string");
    expect(argumentsError(schema, { q: "ab", pattern: "x" })).toContain("fewer than 3 characters");
    expect(argumentsError(schema, { q: "abc" })).toContain("'pattern'");
  });

  test("never refuses what fits only by an expression that is left out", () => {
    const [a, b] = [{ pattern: "^a" }, { format: "date" }];
    const schema = (q: JsonObject): JsonObject => ({ properties: { q } });
    expect(argumentsError(schema({ not: a }), { q: "b" })).toBeUndefined();
    expect(argumentsError(schema({ oneOf: [a, b] }), { q: "a" })).toBeUndefined();
    const conditional: JsonObject = JSON.parse(
      '{"if":{"pattern":"^a"},"then":{"minLength":3},"else":{"maxLength":2}}',
    );
    expect(argumentsError(schema(conditional), { q: "bb" })).toBeUndefined();
    expect(argumentsError(schema({ not: { type: "string" } }), { q: "a" })).toContain("must NOT be valid");
    expect(argumentsError(schema({ type: "number", oneOf: [a, b] }), { q: "a" })).toContain("must be number");
  });
});

describe("a person's schema", () => {
  test("keeps its expressions", () => {
    const schema = { properties: { id: { pattern: "^[A-Z]+$" } } };
    expect(answerError(schema, { id: "a" })).toContain("must match pattern");
    expect(answerError(schema, { id: "A" })).toBeUndefined();
  });

  test("that can never be checked against is told, and lets no answer pass", () => {
    const endless = { type: "object", allOf: [{ $ref: "#" }] };
    expect(schemaError(endless)).toBe("it refers to itself without end");
    expect(answerError(endless, {})).toBe("the answer cannot be checked: it refers to itself without end");
    expect(answerError({ type: "no such type" }, {})).toContain("cannot be checked");
  });
});
