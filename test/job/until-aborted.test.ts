import { expect, test } from "vitest";
import { untilAborted } from "../../src/job/until-aborted.ts";

const never = new Promise<never>(() => {});
const enough = new Error("enough");

test("a promise is waited for until it settles", async () => {
  const { signal } = new AbortController();
  await expect(untilAborted(Promise.resolve(1), signal)).resolves.toBe(1);
  await expect(untilAborted(Promise.reject(enough), signal)).rejects.toBe(enough);
});

test("or until the signal aborts, whose reason is then what is thrown", async () => {
  const stop = new AbortController();
  const waiting = untilAborted(never, stop.signal);
  stop.abort(enough);
  await expect(waiting).rejects.toBe(enough);
});

test("a signal that has aborted before is not waited for", async () => {
  await expect(untilAborted(never, AbortSignal.abort(enough))).rejects.toBe(enough);
});
