import { expect, test } from "vitest";
import { accessLog, type ProxyAccess } from "../../../../src/edges/sandbox/egress/access-log.ts";

const openLog = () => {
  const events: ProxyAccess[] = [];
  const log = accessLog((event) => events.push(event));
  const add = (host: string, verdict: "allowed" | "refused", bytes = 0): void =>
    log.add({ host, port: 443, verdict, bytesUp: bytes, bytesDown: 2 * bytes, durationMs: 1 });
  return { events, log, add };
};

test("given few attempts, each is told, and nothing more", () => {
  const { events, log, add } = openLog();
  add("a.example.com", "allowed", 3);
  add("b.example.com", "refused");
  log.close();
  expect(events).toEqual([
    {
      type: "proxyAccess",
      host: "a.example.com",
      port: 443,
      verdict: "allowed",
      bytesUp: 3,
      bytesDown: 6,
      durationMs: 1,
    },
    {
      type: "proxyAccess",
      host: "b.example.com",
      port: 443,
      verdict: "refused",
      bytesUp: 0,
      bytesDown: 0,
      durationMs: 1,
    },
  ]);
});

test("given a flood of refusals, an allowed attempt after it is told, and the rest is one sum", () => {
  const { events, log, add } = openLog();
  for (let index = 0; index < 10_000; index++) add(`${index}.evil.com`, "refused");
  add("api.example.com", "allowed", 7);
  log.close();
  expect(events).toHaveLength(52);
  expect(events.at(-2)).toMatchObject({ host: "api.example.com", verdict: "allowed", bytesUp: 7 });
  expect(events.at(-1)).toEqual({
    type: "proxyAccessRest",
    allowed: { count: 0, hosts: [] },
    refused: { count: 9_950, hosts: Array.from({ length: 10 }, (_, index) => `${50 + index}.evil.com`) },
    bytesUp: 0,
    bytesDown: 0,
  });
});

test("given many allowed attempts, a refusal after them is told, and what the rest moved is summed up", () => {
  const { events, log, add } = openLog();
  for (let index = 0; index < 80; index++) add("api.example.com", "allowed", 10);
  add("evil.com", "refused");
  log.close();
  expect(events).toHaveLength(52);
  expect(events.at(-2)).toMatchObject({ host: "evil.com", verdict: "refused" });
  expect(events.at(-1)).toMatchObject({
    allowed: { count: 30, hosts: ["api.example.com"] },
    refused: { count: 0, hosts: [] },
    bytesUp: 300,
    bytesDown: 600,
  });
});
