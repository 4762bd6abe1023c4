import { existsSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Expert } from "../definition/expert.ts";
import { processSkills } from "../definition/skill-package.ts";
import type { SandboxOptions } from "../edges/sandbox/open-sandbox.ts";
import type { LockedTool } from "../run/ports.ts";
import type { OpenedSandbox } from "../run/sandbox-ports.ts";
import type { Environment } from "./secrets.ts";

/** The sandbox of one job, opened when somebody first needs it and the same from then on. */
export type JobSandbox = AsyncDisposable & {
  /** @throws ExpertStackError SANDBOX_MISSING where one is required and none isolates */
  readonly open: () => Promise<OpenedSandbox>;
  /** Begins to try the tiers, beside what else is to be done before the first process starts. */
  readonly openEarly: () => void;
};

/** Where it is kept which tiers held. */
export const trialsIn = (cache: string): string => join(cache, "trials");

export type JobSandboxOptions = Omit<SandboxOptions, "home" | "records"> & {
  /** The runner's own cache, where it is kept that a tier held; every tier is tried again where this is left out. */
  readonly cache?: string;
};

/** @param options where the job works, and what the person wants */
export const jobSandbox = ({ cache, ...options }: JobSandboxOptions): JobSandbox => {
  let opening: Promise<OpenedSandbox> | undefined;
  const openNow = async (): Promise<OpenedSandbox> => {
    // Its code, too, is loaded when it is needed: the first request to a model waits for neither.
    const { openSandbox } = await import("../edges/sandbox/open-sandbox.ts");
    const isOwn = cache !== undefined && !isIn(cache, [options.workspace, options.checkout]);
    const records = isOwn ? trialsIn(cache) : undefined;
    return await openSandbox({ ...options, records, home: homedir() });
  };
  const open = (): Promise<OpenedSandbox> => {
    opening ??= openNow();
    return opening;
  };
  return {
    open,
    openEarly() {
      // What fails now fails again, and is told, when it is needed.
      open().catch(() => undefined);
    },
    async [Symbol.asyncDispose]() {
      const opened = await opening?.catch(() => undefined);
      await opened?.sandbox[Symbol.asyncDispose]();
    },
  };
};

/** Whether it lies where skills may write. */
const isIn = (path: string, folders: readonly string[]): boolean => {
  const real = realOrSame(path);
  return folders.map(realOrSame).some((folder) => real === folder || real.startsWith(`${folder}/`));
};

/** Of what is not there yet, by the folder that is. */
const realOrSame = (path: string): string => {
  if (existsSync(path)) return realpathSync(path);
  const above = dirname(path);
  return above === path ? path : join(realOrSame(above), basename(path));
};

/** Where this machine finds programs, and the proxy by which it reaches the internet, as everybody's variables name it. */
export const machineOf = (
  environment: Environment,
): { readonly searchPath: string; readonly upstream?: URL } => {
  const searchPath = environment.PATH ?? "";
  const text = environment.https_proxy || environment.HTTPS_PROXY;
  if (text === undefined || text === "") return { searchPath };
  // As curl has it, the scheme may be left out.
  return { searchPath, upstream: new URL(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`) };
};

/** Whether a process of the Expert starts before the model is asked: a server whose tools no lock names. */
export const startsProcesses = (
  expert: Pick<Expert, "skills"> | undefined,
  locked?: ReadonlyMap<string, readonly LockedTool[]>,
): boolean => processSkills(expert?.skills ?? {}).some(({ name }) => locked?.has(name) !== true);
