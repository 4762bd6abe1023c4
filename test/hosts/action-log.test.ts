import { generateKeyPairSync } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { stepLog } from "../../src/hosts/action-log.ts";
import { entryTeller } from "../../src/report/describe-entry.ts";

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

const key = String(
  generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey.export({ type: "pkcs8", format: "pem" }),
)
  .trim()
  .split("\n");

const told = (skill: string, text: string): readonly string[] =>
  entryTeller()({ seq: 1, prev: "", at: 0, event: { type: "skillStderr", runId: "r0", skill, text } });

const body = key.slice(1, -1);

test("a key that a skill prints line by line is left out, whatever others say meanwhile", async () => {
  const text = await printed((log) => {
    log.info("before");
    for (const line of key) for (const each of [...told("fs", line), ...told("db", "ready")]) log.info(each);
    log.warning("what");
    log.info("after");
  });
  for (const line of body) expect(text).not.toContain(line);
  expect(text).toContain(`before\nfs: ${key[0]}\ndb: ready\nfs: ***\ndb: ready\n`);
  expect(text).toMatch(/\n::warning::what\nafter\n::warning::What looks like a secret .*: privatekey\.\n$/);
});

test("also when time goes by between its lines", async () => {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const log = stepLog();
  log.open();
  for (const line of key) {
    for (const each of told("fs", line)) log.info(each);
    await log.flush();
  }
  const text = written.mock.calls.map(([chunk]) => String(chunk)).join("");
  written.mockRestore();
  expect(text).toContain("fs: -----END PRIVATE KEY-----\n");
  for (const line of body) expect(text).not.toContain(line);
});
