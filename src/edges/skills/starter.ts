import type { Confinement, Launch, Sandbox } from "../../run/sandbox-ports.ts";
import { type ProcessTree, spawnTree } from "./process-tree.ts";

/** Starts a process inside the sandbox, with what it may see and reach already settled. */
export type Starter = (launch: Launch, stdin: "pipe" | "none") => Promise<ProcessTree>;

/**
 * @returns starts processes that are confined in this way. It throws Node's own error (`ENOENT`, `EACCES`) when a
 *   program does not start
 */
export const starter =
  (open: () => Promise<Sandbox>, confinement: Confinement): Starter =>
  async (launch, stdin) => {
    const sandbox = await open();
    const entered = await sandbox.enter(launch, confinement);
    const { launch: started } = entered;
    try {
      // In a sandbox that isolates all of the tree ends with its first process; elsewhere nothing is kept outside.
      const release = () => entered[Symbol.asyncDispose]();
      return await spawnTree({ ...started, cwd: started.checkedCwd ?? started.cwd, stdin, release });
    } catch (error) {
      await entered[Symbol.asyncDispose]();
      throw error;
    }
  };
