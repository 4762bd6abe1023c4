import { tmpdir } from "node:os";
import { forgetTrials } from "../edges/sandbox/trial-record.ts";
import { isolates, type SandboxTier } from "../job/sandbox-tier.ts";
import type { TriedTier } from "../run/sandbox-ports.ts";
import { cacheFolder } from "./cache-folder.ts";
import { jobSandbox, machineOf, trialsIn } from "./job-sandbox.ts";
import type { Terminal } from "./terminal.ts";

const meaning: Readonly<Record<SandboxTier, string>> = {
  bubblewrap:
    "Each process of a skill has its own processes, files, network and user namespaces, no capabilities and a filter of system calls.",
  namespaces:
    "Each process of a skill has its own processes, files and network, and no capabilities; root makes them and is given up before it starts.",
  user: "Each process of a skill has another user id: it cannot read the runner's memory. Nothing else is held: the network is open.",
  none: "Processes of skills run as you, with your files and your network.",
};

/**
 * `expert-stack sandbox`: tries each tier by starting something in it, and says which one jobs get here and why.
 *
 * @returns 0 where a tier isolates, 1 where none does
 */
export const sandboxCommand = async (terminal: Terminal): Promise<number> => {
  const cache = cacheFolder(terminal.environment.XDG_CACHE_HOME);
  forgetTrials(trialsIn(cache));
  await using sandbox = jobSandbox({
    cache,
    ...{ mode: "auto", network: "enforced", hidden: [] },
    ...{
      workspace: terminal.cwd,
      checkout: terminal.cwd,
      temporary: tmpdir(),
      ...machineOf(terminal.environment),
    },
  });
  const { sandbox: found, tried } = await sandbox.open();
  terminal.out(`${found.tier}: ${meaning[found.tier]}\n`);
  const missing = tried.filter(({ reason }) => reason !== undefined);
  if (missing.length > 0) terminal.out(`\n${missing.map(lineOf).join("")}`);
  return isolates(found.tier) ? 0 : 1;
};

const lineOf = ({ tier, reason, remedy }: TriedTier): string =>
  `not ${tier}: ${reason}.${remedy === undefined ? "" : ` ${remedy}`}\n`;
