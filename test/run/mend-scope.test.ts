import { describe, expect, test } from "vitest";
import { type Account, renderScopeFile, scopePath } from "../../src/registry/scope-owners.ts";
import { ada, eve } from "../helpers/index-world.ts";
import { startProposingWorld } from "../helpers/proposing-world.ts";

const path = scopePath("@acme");
const whole = renderScopeFile("@acme", ada);

/** What is said of a change by somebody, where `main` has this text for the owners of @acme. */
const mend = async (broken: string, mended: string, by: Account) => {
  using world = startProposingWorld();
  world.git.commit({ [path]: broken });
  world.git.checkout("change");
  world.git.commit({ [path]: mended });
  return await world.check(by);
};

describe("given owners on the default branch that cannot be read", { timeout: 60_000 }, () => {
  const broken = `# id = 666\n${whole.replace("v = 1", "v = ")}`;

  test("when one whose number is written there mends them, then it is taken", async () =>
    expect(await mend(broken, whole, ada)).toBe(1));

  test("when a stranger does, in the owner's favour or their own, then it is refused", async () => {
    const refused = "PUBLISH_REFUSED: eve (gh:666) does not own the scope @acme.";
    expect(await mend(broken, whole, eve)).toBe(refused);
    expect(await mend(broken, renderScopeFile("@acme", eve), eve)).toBe(refused);
  });

  test("when no number is written there, then nobody can by a pull request", async () =>
    expect(await mend("v = ", renderScopeFile("@acme", eve), eve)).toBe(
      "PUBLISH_REFUSED: Nobody owns the scope @acme in this registry.",
    ));

  test("when the one who mends them is not among them then, then it is refused", async () =>
    expect(await mend(broken, renderScopeFile("@acme", eve), ada)).toBe(
      "PUBLISH_REFUSED: ada (gh:1815) does not own the scope @acme.",
    ));
});

test("given owners that can be read, then nobody is let in by what is written beside them", async () => {
  const text = `${whole}# [[owners]]\n`;
  expect(await mend(text, renderScopeFile("@acme", eve), eve)).toBe(
    "PUBLISH_REFUSED: eve (gh:666) does not own the scope @acme.",
  );
  expect(await mend(text, renderScopeFile("@acme", eve), ada)).toBe(1);
});
