import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { extractOpenApi } from "../../scripts/extract-openapi.ts";

it("holds what GitHub's description says now: otherwise run node scripts/extract-openapi.ts", () => {
  const path = new URL("../fixtures/fake-github/openapi-routes.json", import.meta.url);
  // Compared as a whole and not shown: the difference is 90 KB of JSON.
  expect(readFileSync(path, "utf8") === extractOpenApi()).toBe(true);
});
