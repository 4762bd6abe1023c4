import { expect, test } from "vitest";
import { emptyIndex, type IndexState } from "../../src/registry/index-file.ts";
import { checkDelegates } from "../../src/run/check-delegates.ts";
import { indexOf, publishing } from "../helpers/index-lines.ts";

const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `@acme/d${index}`);

const registryOf = (names: readonly string[]): ReadonlyMap<string, IndexState> =>
  new Map(names.map((name) => [name, indexOf(name, [publishing(name, "1.0.0")])]));

const check = async (delegates: [string, string][], states: ReadonlyMap<string, IndexState>) =>
  await checkDelegates({ name: "@acme/lead", version: "1.0.0", delegates }, async (name) => {
    return states.get(name) ?? emptyIndex(name);
  }).then(
    () => "taken",
    (error: Error) => error.message,
  );

test("as many Experts may be reached as a job brings: 255, with the one that is asked for", async () => {
  const names = numbered(255);
  const delegates = names.map((name): [string, string] => [name, "1"]);
  expect(await check(delegates.slice(0, 254), registryOf(names))).toBe("taken");
  expect(await check(delegates, registryOf(names))).toBe(
    "@acme/lead and what it delegates to are more than 255 Experts.",
  );
});

test("a version that is asked for in two ways is one Expert", async () => {
  const names = numbered(254);
  const delegates = ["1", "1.0"].flatMap((request) => names.map((name): [string, string] => [name, request]));
  expect(await check(delegates, registryOf(names))).toBe("taken");
});
