import { afterEach, expect, test, vi } from "vitest";
import { stepLog } from "../../src/hosts/action-log.ts";

const rules = "../../src/edges/detectors/detect-secrets.ts";

afterEach(() => vi.doUnmock(rules));

const printed = async (use: (log: ReturnType<typeof stepLog>) => void): Promise<string> => {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const log = stepLog();
  use(log);
  expect(written).not.toHaveBeenCalled();
  await log.flush();
  const text = written.mock.calls.map(([chunk]) => String(chunk)).join("");
  written.mockRestore();
  return text;
};

test("lines wait until they are let out, and keep their order", async () => {
  const text = await printed((log) => {
    log.info("one");
    log.info("two");
    log.warning("three");
    log.info("four");
  });
  expect(text).toBe("one\ntwo\n::warning::three\nfour\n");
});

test("lines that cannot be searched are not printed, and that is said", async () => {
  vi.doMock(rules, () => {
    throw new Error("no rules");
  });
  const text = await printed((log) => log.info("maybe a secret"));
  expect(text).not.toContain("maybe a secret");
  expect(text).toMatch(/^::warning::Lines were left out of this log: they could not be searched for secrets/);
});
