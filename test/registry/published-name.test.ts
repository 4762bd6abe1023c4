import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nameProblem, requireDistinctName, requireName } from "../../src/registry/published-name.ts";
import { codeOf } from "../helpers/code-of.ts";

describe("a name that cannot be published", () => {
  test.each([
    "@acme/con",
    "@acme/com1",
    "@acme/lpt9",
    "@nul/x",
    "@acme/аudit",
    "@acme/Audit",
    "@acme/audit.exe",
    "@acme/-audit",
    "@acme/__proto__",
    "@acme/",
    "@acme",
    "audit",
    "@acme/audit@1",
    `@acme/${"a".repeat(65)}`,
    `@${"a".repeat(65)}/x`,
  ])("%s", (name) => expect(codeOf(() => requireName(name))).toBe("NAME_INVALID"));
});

describe("a name that can be published", () => {
  test.each(["@acme/constructor", "@acme/console", "@acme/com", "@acme/com10", "@hasownproperty/x", "@1/2"])(
    "%s",
    (name) => expect(nameProblem(name)).toBeUndefined(),
  );
});

describe("beside the names of a registry", () => {
  const refused = (name: string, ...existing: readonly string[]) =>
    codeOf(() => requireDistinctName(name, existing));

  test.each([
    ["@acme/code-review", "@acme/code_review"],
    ["@acme/codereview", "@acme/code-review"],
    ["@acme/t0ur", "@acme/tour"],
    ["@acme/tri1ge", "@acme/trilge"],
    ["@acme/tr1age", "@acme/triage"],
    ["@acrne/x", "@acme/x"],
    ["@acme/vvriter", "@acme/writer"],
    ["@acme/te5t", "@acme/test"],
  ])("%s is taken for %s", (name, other) => {
    expect(refused(name, "@acme/else", other)).toBe("NAME_CONFUSABLE");
    expect(refused(other, name)).toBe("NAME_CONFUSABLE");
  });

  test("the same name is no other, and one of another scope neither", () =>
    expect(refused("@acme/review", "@acme/review", "@other/review", "@acme/revue")).toBeUndefined());

  test("a name of a prototype is compared like any other", () =>
    expect(refused("@acme/constructor", "@acme/tostring")).toBeUndefined());

  test("whoever is refused is refused the other way round, and none by itself", () => {
    const part = fc.array(fc.constantFrom(..."01ilorn-_mvw5s"), { minLength: 1, maxLength: 5 });
    const name = part.map((letters) => `@a/x${letters.join("")}`);
    fc.assert(
      fc.property(name, name, (a, b) => refused(a, b) === refused(b, a) && refused(a, a) === undefined),
    );
  });
});
