import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { manifestJsonSchema } from "../../src/definition/manifest-json-schema.ts";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const plain = (toml: string): unknown => JSON.parse(JSON.stringify(parse(toml)));

describe("given the schema for editors", () => {
  const validate = new Ajv2020({ strict: false }).compile(manifestJsonSchema());

  it("is written to the repository as it is (run scripts/write-schema.ts when this fails)", () => {
    expect(JSON.parse(read("schema/perstack.schema.json"))).toEqual(manifestJsonSchema());
  });

  it("accepts a manifest with every feature", () => {
    expect(
      validate(plain(read("test/fixtures/manifests/every-feature.toml"))),
      JSON.stringify(validate.errors),
    ).toBe(true);
  });

  it.each([
    "expert-name",
    "max-steps-zero",
    "missing-instruction",
    "skill-type-unknown",
    "tag-upper-case",
    "too-many-tags",
  ])("marks %s", (name) => {
    expect(validate(plain(read(`test/fixtures/manifests/invalid/${name}.toml`)))).toBe(false);
  });

  it("says what each key of an Expert means", () => {
    expect(manifestJsonSchema()).toMatchObject({
      title: "perstack.toml",
      properties: {
        maxSteps: { description: expect.any(String) },
        experts: {
          additionalProperties: {
            required: ["instruction"],
            properties: Object.fromEntries(
              ["version", "description", "instruction", "skills", "delegates", "tags"].map((key) => [
                key,
                { description: expect.stringMatching(/\w+/) },
              ]),
            ),
          },
        },
      },
    });
  });
});
