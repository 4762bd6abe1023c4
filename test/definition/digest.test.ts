import { describe, expect, it } from "vitest";
import { expertDigest } from "../../src/definition/digest.ts";
import { manifestOrThrow, parseManifest } from "../../src/definition/manifest.ts";

const digestOf = (body: string): string => {
  const expert = manifestOrThrow(parseManifest({ text: `[experts.a]\n${body}\n`, file: "f" })).experts.get(
    "a",
  );
  return expert === undefined ? "" : expertDigest(expert);
};

describe("given a definition", () => {
  it("has a digest that is this for ever", () => {
    expect(digestOf('instruction = "x"')).toBe(
      "sha256:6d7dedba077d46fbae596634af1875e1aa875e0d6ddad43bf0b8a524b81fd8e7",
    );
  });

  it.each([
    'version = "1.0.0"\ninstruction = "x"',
    'tags = []\ndelegates = []\ninstruction = """x"""',
    "# a comment\ninstruction = 'x'\nskills = {}",
    'unknown = 1\ninstruction = "x"',
  ])("has the same digest written as %j", (body) => {
    expect(digestOf(body)).toBe(digestOf('instruction = "x"'));
  });

  it.each(['instruction = "y"', 'instruction = "x"\nversion = "1.0.1"', 'instruction = "x"\ntags = ["t"]'])(
    "has another digest when it says %j",
    (body) => {
      expect(digestOf(body)).not.toBe(digestOf('instruction = "x"'));
    },
  );
});
