import { describe, expect, test } from "vitest";
import { parseManifest } from "../../src/definition/manifest.ts";
import { isRegistryAddress, parseRegistryAddress } from "../../src/definition/registry-address.ts";
import { registryBook } from "../../src/registry/registry-book.ts";

const bookOf = (text: string, input?: string) => {
  const parsed = parseManifest({ text, file: "perstack.toml" });
  if (parsed.type === "invalid") throw new Error(JSON.stringify(parsed.findings));
  return registryBook(parsed.manifest, input);
};
const registries = `
[registries]
default = "github:acme/experts"
[registries.scopes]
"@corp" = "git+https://git.corp.example:8443/ai/experts.git"
[registries.direct]
"@acme/triage" = "github:acme/triage//perstack.toml@v1.2.3"
`;
const local = (key: string) => `[experts."${key}"]\ninstruction = "Work."\n`;

describe("an address", () => {
  test.each([
    ["github:acme/experts", "https://github.com/acme/experts.git", "github.com/acme/experts"],
    ["github:acme/experts.git", "https://github.com/acme/experts.git", "github.com/acme/experts"],
    [
      "git+https://git.corp.example/ai/experts.git",
      "https://git.corp.example/ai/experts.git",
      "git.corp.example/ai/experts",
    ],
    [
      "https://ghe.example:8443/ai/experts",
      "https://ghe.example:8443/ai/experts",
      "ghe.example:8443/ai/experts",
    ],
    [
      "git+ssh://git@git.corp.example/ai/experts.git",
      "ssh://git@git.corp.example/ai/experts.git",
      "git.corp.example/ai/experts",
    ],
    ["ssh://A@A/x", "ssh://A@a/x", "a/x"],
    ["git+ssh://git@GitHub.COM/acme/X.git", "ssh://git@github.com/acme/X.git", "github.com/acme/X"],
  ])("`%s` is fetched from %s and called %s", (text, url, id) => {
    expect(parseRegistryAddress(text, "registry")).toEqual({ url, id });
  });

  test.each([
    "file:///srv/experts.git",
    "git+file:///srv/experts.git",
    "ext::sh -c id",
    "http://git.corp.example/experts.git",
    "git://git.corp.example/experts.git",
    "ssh://-oProxyCommand=id/experts.git",
    "ssh://-oProxyCommand=id@host/experts.git",
    "ssh://git@host/-experts.git",
    "git+ssh://git@host/a/../b.git",
    "https://user:secret@host/experts.git",
    "https://token@host/experts.git",
    "https://host/experts.git?x=1",
    "https://host/experts.git#x",
    "https://host/%2e%2e/experts.git",
    "https://host/",
    "https://host",
    "--upload-pack=id",
    "github:acme/..",
    "github:-acme/experts",
    "github:acme/-experts",
    "github:acme/experts/more",
    "git@host:acme/experts.git",
    "https://ho\nst/experts.git",
    "",
  ])("%j is none", (text) => {
    expect(isRegistryAddress(text)).toBe(false);
    expect(() => parseRegistryAddress(text, "registries.default")).toThrow(
      expect.objectContaining({
        code: "REFERENCE_INVALID",
        message: expect.stringMatching(/^registries\.default: /),
      }),
    );
  });

  test("with a password does not say it again", () => {
    expect(() => parseRegistryAddress("https://user:hunter22@host/x.git", "registry")).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("hunter22") }),
    );
  });
});

describe("a scoped name", () => {
  const placeOf = (name: string, text = registries, input = "") =>
    bookOf(text, input).placeOf({ name, scope: name.slice(0, name.indexOf("/")) });

  test("is looked for in its scope's registry, else in the default, and in no second one", () => {
    expect(placeOf("@acme/x")).toMatchObject({ address: { id: "github.com/acme/experts" } });
    expect(placeOf("@corp/x")).toMatchObject({ address: { id: "git.corp.example:8443/ai/experts" } });
    expect(placeOf("@acme/triage")).toMatchObject({ type: "file", file: { repo: "triage", ref: "v1.2.3" } });
  });

  test("follows the step's registry instead of the manifest's default", () => {
    expect(placeOf("@acme/x", registries, "github:other/experts")).toMatchObject({
      address: { id: "github.com/other/experts" },
    });
    expect(placeOf("@corp/x", registries, "github:other/experts")).toMatchObject({
      address: { id: "git.corp.example:8443/ai/experts" },
    });
  });

  test("whose registry nobody says is refused with what to type", () => {
    expect(() => placeOf("@other/x", "")).toThrow(
      expect.objectContaining({
        code: "REFERENCE_INVALID",
        remedy: expect.stringContaining('[registries.scopes] "@other" = "github:owner/repo"'),
      }),
    );
  });

  test.each([
    ["the default registry", `${registries}${local("@mine/x")}`, ""],
    ["its scope's", `${registries}${local("@corp/x")}`, ""],
    ["the step's", local("@mine/x"), "github:acme/experts"],
  ])("that the manifest defines, too, is refused where %s could have it", (_, text, input) => {
    expect(() => bookOf(text, input)).toThrow(expect.objectContaining({ code: "LOCAL_SHADOWS_REGISTRY" }));
  });

  test("of a scope that the manifest owns is its own", () => {
    const text = registries.replace("default", 'owns = ["@mine"]\ndefault');
    expect(() => bookOf(`${text}${local("@mine/x")}`)).not.toThrow();
    expect(() => bookOf(local("@mine/x"))).not.toThrow();
  });

  test("of a scope that the manifest owns is not looked for in the default registry when the manifest lacks it", () => {
    const text = registries.replace("default", 'owns = ["@mine", "@corp"]\ndefault');
    for (const input of ["", "github:other/experts"])
      expect(() => placeOf("@mine/missing", text, input)).toThrow(
        expect.objectContaining({
          code: "REFERENCE_INVALID",
          message: '"@mine/missing" is no Expert of the manifest, which owns @mine.',
        }),
      );
    // Said in so many words.
    expect(placeOf("@corp/x", text)).toMatchObject({ address: { id: "git.corp.example:8443/ai/experts" } });
  });
});
