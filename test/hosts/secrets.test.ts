import { expect, it } from "vitest";
import { weakSecretNotes } from "../../src/hosts/secrets.ts";

it("secrets too short or too common to be taken out of texts are named in one warning, their values never", () => {
  const environment = { EMPTY: "", PIN: "hunter2", LONG: "Zq8vLw3nT6yBx1Kd9RmP", WORD: "changeme" };
  expect(weakSecretNotes(environment, ["UNSET", "EMPTY", "PIN", "LONG", "WORD"])).toEqual([
    {
      type: "note",
      level: "warning",
      text: "2 known secrets are under 8 characters or a common word, so they cannot be taken out of texts: PIN, WORD.",
    },
  ]);
  expect(weakSecretNotes(environment, ["EMPTY", "LONG"])).toEqual([]);
});
