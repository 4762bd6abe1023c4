import { spawnTree } from "../../src/edges/skills/process-tree.ts";
import type { Starter } from "../../src/edges/skills/starter.ts";
import { type OpenedSandbox, unconfined } from "../../src/run/sandbox-ports.ts";

/** For tests of what is not the sandbox: every process starts as it is. */
export const noSandbox = async (): Promise<OpenedSandbox> => ({
  sandbox: unconfined,
  network: "open",
  tried: [],
});

export const plainStart: Starter = ({ checkedCwd, ...launch }, stdin) =>
  spawnTree({ ...launch, cwd: checkedCwd ?? launch.cwd, stdin });
