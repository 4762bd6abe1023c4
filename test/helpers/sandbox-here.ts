import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSandbox } from "../../src/edges/sandbox/open-sandbox.ts";
import { isolates, type SandboxTier } from "../../src/job/sandbox-tier.ts";

/** The tier that this machine offers. Prints, where none isolates, that the tests that need one are skipped and why. */
export const tierHere = async (): Promise<SandboxTier> => {
  const folder = mkdtempSync(join(tmpdir(), "tier-here-"));
  const { sandbox, tried } = await openSandbox({
    ...{
      mode: "auto",
      network: "enforced",
      checkout: folder,
      workspace: folder,
      hidden: [],
      home: folder,
      searchPath: "",
    },
    temporary: folder,
  });
  await sandbox[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
  if (!isolates(sandbox.tier)) {
    const reasons = tried.flatMap(({ tier, reason }) => (reason === undefined ? [] : [`${tier}: ${reason}`]));
    process.stderr.write(`skipped: tests inside a sandbox: ${reasons.join("; ")}\n`);
  }
  return sandbox.tier;
};
