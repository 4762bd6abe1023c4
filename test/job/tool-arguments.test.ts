import { describe, expect, test } from "vitest";
import { argumentsError } from "../../src/job/tool-arguments.ts";

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
