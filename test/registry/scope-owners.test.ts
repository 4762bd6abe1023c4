import { describe, expect, test } from "vitest";
import { parseScopeFile, renderScopeFile, requireOwners } from "../../src/registry/scope-owners.ts";
import { codeOf, errorOf } from "../helpers/code-of.ts";

const ada = { id: 1815, login: "ada" };
const eve = { id: 666, login: "eve" };
const read = (text: string) => parseScopeFile(text, "registry-index/scopes/acme.toml");

describe("the owners of a scope", () => {
  test("are read as they are written", () =>
    expect([...read(renderScopeFile("@acme", ada))]).toEqual([1815]));

  test.each([
    ["no version", "[[owners]]\nid = 1\n"],
    ["the account of every workflow", "v = 1\n[[owners]]\nid = 41898282\n"],
    [
      "the account of every workflow of a server",
      'v = 1\n[[owners]]\nid = 7\nlogin = "github-actions[bot]"\n',
    ],
    ["a login for an id", 'v = 1\n[[owners]]\nid = "ada"\n'],
    ["a misspelt key", "v = 1\n[[owners]]\nid = 1\nrole = 2\n"],
    ["what is no TOML", "v = "],
  ])("are not guessed from %s", (_, text) => expect(codeOf(() => read(text))).toBe("INDEX_CORRUPT"));

  test("may be none yet: then nobody publishes", () => {
    const none = read("v = 1\nowners = []\n");
    expect(errorOf(() => requireOwners("@acme", none, [ada]))).toMatchObject({
      code: "PUBLISH_REFUSED",
      message: "Nobody owns the scope @acme in this registry.",
    });
  });

  const owners = new Set([ada.id]);

  test("may publish, and nobody beside them, also not together with one", () => {
    expect(codeOf(() => requireOwners("@acme", owners, [ada]))).toBeUndefined();
    expect(errorOf(() => requireOwners("@acme", owners, [ada, eve]))).toMatchObject({
      code: "PUBLISH_REFUSED",
      message: "eve (gh:666) does not own the scope @acme.",
    });
    expect(codeOf(() => requireOwners("@acme", undefined, [ada]))).toBe("PUBLISH_REFUSED");
  });

  test("are known by number: whoever took an owner's old name is a stranger", () =>
    expect(codeOf(() => requireOwners("@acme", owners, [{ id: 7, login: "ada" }]))).toBe("PUBLISH_REFUSED"));
});
