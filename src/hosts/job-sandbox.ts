import { homedir } from "node:os";
import { processSkills } from "../definition/skill-package.ts";
import type { SandboxOptions } from "../edges/sandbox/open-sandbox.ts";
import type { JobPlan } from "../run/resolve.ts";
import type { OpenedSandbox } from "../run/sandbox-ports.ts";
import type { LockedTools } from "./read-lock.ts";
import type { Environment } from "./secrets.ts";

/** The sandbox of one job, opened when somebody first needs it and the same from then on. */
export type JobSandbox = AsyncDisposable & {
  /** @throws ExpertStackError SANDBOX_MISSING where one is required and none isolates */
  readonly open: () => Promise<OpenedSandbox>;
};

/** @param options where the job works, and what the person wants */
export const jobSandbox = (options: Omit<SandboxOptions, "home">): JobSandbox => {
  let opening: Promise<OpenedSandbox> | undefined;
  const openNow = async (): Promise<OpenedSandbox> => {
    // Its code, too, is loaded when it is needed: the first request to a model waits for neither.
    const { openSandbox } = await import("../edges/sandbox/open-sandbox.ts");
    return await openSandbox({ ...options, home: homedir() });
  };
  return {
    open: () => {
      opening ??= openNow();
      return opening;
    },
    async [Symbol.asyncDispose]() {
      const opened = await opening?.catch(() => undefined);
      await opened?.sandbox[Symbol.asyncDispose]();
    },
  };
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

/**
 * Begins to try the tiers when it is known that a process starts before the model is asked, one whose tools no lock names:
 * the trial goes on while the job's folder is made and the code of skills is loaded.
 */
export const openEarly = (
  sandbox: JobSandbox,
  { plan: { started, experts }, locked }: { readonly plan: JobPlan; readonly locked: LockedTools },
): void => {
  const { coordinator } = started;
  const starting = processSkills(experts.get(coordinator)?.skills ?? {}).filter(
    ({ name }) => locked.get(coordinator)?.has(name) !== true,
  );
  // What fails now fails again, and is told, when it is needed.
  if (starting.length > 0) sandbox.open().catch(() => undefined);
};
