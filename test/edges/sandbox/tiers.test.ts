import { chmodSync, chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { userIds } from "../../helpers/machine-users.ts";
import { bwrap, inSituation, missingForSituations, type Situation } from "../../helpers/situation.ts";

const program = join(import.meta.dirname, "../../fixtures/sandbox/hold.ts");
const canary = "canary-of-the-runner-7f3a9c5e1b2d";

const Held = z.object({
  tier: z.enum(["bubblewrap", "namespaces", "user", "none"]),
  network: z.enum(["enforced", "open"]),
  tried: z.array(
    z.object({ tier: z.string(), reason: z.string().optional(), remedy: z.string().optional() }),
  ),
  exit: z.object({ code: z.number().nullable() }),
  stderr: z.string(),
  survivors: z.array(z.number()),
  attempts: z.record(z.string(), z.object({ value: z.string().optional(), error: z.string().optional() })),
  after: z.object({
    connections: z.number(),
    changed: z.array(z.string()),
    written: z.array(z.string()),
    gitConfig: z.boolean(),
    hook: z.boolean(),
    mine: z.boolean(),
    beats: z.number(),
    corePattern: z.boolean(),
  }),
});
type Held = z.infer<typeof Held>;

const hold = async (situation: Situation, seconds = 0): Promise<Held> => {
  const folder = mkdtempSync(join(tmpdir(), "held-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const { uid, gid } = userIds(situation.as) ?? { uid: 0, gid: 0 };
  chownSync(folder, uid, gid);
  const env = { CANARY: canary, HOME: join(folder, "home") };
  const { stdout } = await inSituation(
    situation,
    [process.execPath, program, folder, "auto", "any", String(seconds)],
    { env },
  );
  return Held.parse(JSON.parse(stdout));
};

const missing = missingForSituations;
if (missing.length > 0) process.stderr.write(`skipped: the tiers of the sandbox: ${missing.join("; ")}\n`);

/** What it may get: its own places, and what anybody may know of itself. */
const harmless =
  /^(rounds$|proc (self\/\.\.|1) |every |own |list |write |append |kill |capabilities$|new privileges$|git$|daemon$|(read|read by link|hard link) )/;

const expectHeld = (held: Held): void => {
  expect([held.exit.code, held.stderr, held.survivors]).toEqual([0, "", []]);
  for (const [name, { value = "" }] of Object.entries(held.attempts)) {
    expect(value, name).not.toContain(canary);
    expect(value === "" || harmless.test(name), `${name}: ${value}`).toBe(true);
  }
  const { attempts } = held;
  for (const name of ["own workspace", "own scratch", "own home"]) expect(attempts[name]?.value).toBe("done");
  expect(attempts["new privileges"]?.value).toBe("1");
  expect(attempts.capabilities?.value ?? "").toBe("");
  expect(attempts["own groups"]?.value ?? "").toBe("");
  expect(attempts["own limits"]?.value).toMatch(
    /^data size: \d+, core file size: 0, file size: 8589934592, out of memory: 1000$|^file size: 8589934592, data size: \d+, core file size: 0, out of memory: 1000$/,
  );
  expect(attempts.git?.value).toContain("https://github.com/acme/widgets");
  expect(held.after).toEqual({
    connections: 0,
    changed: [],
    written: [],
    gitConfig: false,
    hook: false,
    mine: true,
    beats: 0,
    corePattern: false,
  });
};

describe.skipIf(missing.length > 0)("a hostile process", () => {
  test.each<[string, Situation, Held["tier"]]>([
    ["root with bubblewrap", { as: "root" }, "bubblewrap"],
    ["root without bubblewrap", { as: "root", without: [bwrap] }, "namespaces"],
    ["a user with bubblewrap", { as: "es-plain" }, "bubblewrap"],
    ["a user with bubblewrap and sudo", { as: "es-sudo" }, "bubblewrap"],
    ["a user with sudo", { as: "es-sudo", without: [bwrap] }, "namespaces"],
  ])("of %s gets nothing, changes nothing outside and leaves nothing", async (_, situation, tier) => {
    const held = await hold(situation);
    expect([held.tier, held.tried]).toEqual([tier, expect.anything()]);
    expectHeld(held);
  });

  test.each<[string, Situation, Held["tier"]]>([
    ["bubblewrap", { as: "es-plain" }, "bubblewrap"],
    ["namespaces", { as: "es-sudo", without: [bwrap] }, "namespaces"],
  ])("in %s gets nothing in 30 seconds either", { timeout: 90_000 }, async (_, situation, tier) => {
    const held = await hold(situation, 30);
    expect(held.tier).toBe(tier);
    expect(Number(held.attempts.rounds?.value)).toBeGreaterThan(2);
    expectHeld(held);
  });

  test("of root in a container that may make no namespaces cannot read the runner, and that is all", async () => {
    const held = await hold({ as: "root", without: [bwrap], capability: "no sys_admin" });
    expect([held.tier, held.network]).toEqual(["user", "open"]);
    for (const [name, { value = "" }] of Object.entries(held.attempts)) {
      if (/^(proc|every)/.test(name)) expect(value, name).not.toContain(canary);
    }
    expect(held.after.changed).toEqual([]);
  });

  test("of a user without either is not held, and it is said what is missing", async () => {
    const held = await hold({ as: "es-plain", without: [bwrap] });
    expect(held.tier).toBe("none");
    expect(held.tried.map(({ tier, reason }) => [tier, reason])).toEqual([
      ["bubblewrap", "bubblewrap is not installed"],
      ["namespaces", expect.stringContaining("a password is required")],
      ["user", "another user id needs root"],
      ["none", undefined],
    ]);
    expect(held.tried[0]?.remedy).toContain("apt-get install --yes bubblewrap");
  });
});
