import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSandbox, type SandboxOptions } from "../../../src/edges/sandbox/open-sandbox.ts";
import { forgetTrials } from "../../../src/edges/sandbox/trial-record.ts";
import { isolates } from "../../../src/job/sandbox-tier.ts";
import { tierHere } from "../../helpers/sandbox-here.ts";

const tier = await tierHere();

const world = () => {
  const root = mkdtempSync(join(tmpdir(), "trial-record-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const [workspace, temporary, records] = ["work", "temporary", "records"].map((name) => join(root, name));
  if (workspace === undefined || temporary === undefined || records === undefined) throw new TypeError();
  for (const folder of [workspace, temporary]) mkdirSync(folder);
  const options = {
    ...({ mode: "auto", network: "enforced", checkout: workspace, workspace, hidden: [] } as const),
    ...{ temporary, home: "/nonexistent", searchPath: "", records },
  };
  return { root, records, open: (more: Partial<SandboxOptions> = {}) => openedBy({ ...options, ...more }) };
};

/** Which tier holds, and whether the trial's program was started to find it: it leaves a file. */
const openedBy = async (options: SandboxOptions) => {
  const { sandbox } = await openSandbox(options);
  const own = readdirSync(options.temporary).map((name) => join(options.temporary, name, "probe", "written"));
  const isTried = own.some((path) => existsSync(path));
  await sandbox[Symbol.asyncDispose]();
  return { tier: sandbox.tier, isTried };
};

const here = test.skipIf(!isolates(tier));

here("a tier that held is not tried again on the same boot", async () => {
  const { open } = world();
  expect(await open()).toEqual({ tier, isTried: true });
  expect(await open()).toEqual({ tier, isTried: false });
});

here("it is tried each time where nothing is kept", async () => {
  const { open } = world();
  expect(await open({ records: undefined })).toEqual({ tier, isTried: true });
  expect(await open({ records: undefined })).toEqual({ tier, isTried: true });
});

here("it is tried again when something else is to be hidden", async () => {
  const { open } = world();
  await open();
  expect(await open({ hidden: ["/usr/share"] })).toEqual({ tier, isTried: true });
});

here("it is tried again when the record is of another boot, which is removed then", async () => {
  const { records, open } = world();
  const old = join(records, "11111111-2222-3333-4444-555555555555");
  mkdirSync(old, { recursive: true });
  expect(await open()).toEqual({ tier, isTried: true });
  expect(existsSync(old)).toBe(false);
});

here("it is tried again when the records were forgotten", async () => {
  const { records, open } = world();
  await open();
  forgetTrials(records);
  expect(await open()).toEqual({ tier, isTried: true });
});

here("a link in the place of the records has nothing removed or written where it leads", async () => {
  const { root, records, open } = world();
  const outside = join(root, "outside");
  mkdirSync(join(outside, "precious"), { recursive: true });
  symlinkSync(outside, records);
  expect(await open()).toEqual({ tier, isTried: true });
  forgetTrials(records);
  expect(readdirSync(outside)).toEqual(["precious"]);
});

here("what lies among the records and is none stays", async () => {
  const { records, open } = world();
  const old = join(records, "11111111-2222-3333-4444-555555555555");
  for (const folder of [old, join(records, "notes")]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(old, "mine"), "");
  await open();
  forgetTrials(records);
  expect(readdirSync(records).sort()).toEqual(["11111111-2222-3333-4444-555555555555", "notes"]);
});

here("a folder of records that cannot be written keeps no tier from holding", async () => {
  const { records, open } = world();
  writeFileSync(records, "a file");
  expect(await open()).toEqual({ tier, isTried: true });
});
