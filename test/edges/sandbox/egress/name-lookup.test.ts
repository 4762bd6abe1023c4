import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { nameLookup } from "../../../../src/edges/sandbox/egress/name-lookup.ts";

test("names are looked up one after the other, also after one that fails, and each once at a time", async () => {
  let [running, most] = [0, 0];
  const asked: string[] = [];
  const resolve = nameLookup(async (host) => {
    asked.push(host);
    most = Math.max(most, ++running);
    await sleep(5);
    running--;
    if (host === "bad") throw new Error("ENOTFOUND");
    return [{ address: `of ${host}` }];
  });
  const results = await Promise.allSettled(["a", "bad", "a", "b", "bad"].map(resolve));
  expect(
    results.map((result) => (result.status === "fulfilled" ? result.value[0]?.address : "failed")),
  ).toEqual(["of a", "failed", "of a", "of b", "failed"]);
  expect([asked, most]).toEqual([["a", "bad", "b"], 1]);
  await resolve("a");
  expect(asked).toEqual(["a", "bad", "b", "a"]);
});
