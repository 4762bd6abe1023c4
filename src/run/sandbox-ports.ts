import type { SandboxTier } from "../job/sandbox-tier.ts";
import type { SkillEvent } from "../job/skill-event.ts";

/** How a process is started: nothing of the environment is inherited, and no shell is involved. */
export type Launch = {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The same folder by a descriptor that was checked; a sandbox, which has folders of its own, goes by `cwd`. */
  readonly checkedCwd?: string;
  readonly env: Readonly<Record<string, string>>;
};

/** What one process may see and reach. Everything else is read-only or out of sight. */
export type Confinement = {
  /** The folder that the process works on, by absolute path. */
  readonly workspace: { readonly path: string; readonly access: "read" | "write" };
  /** `hidden` for an Expert that has a folder of its own: the repository is not its concern. */
  readonly checkout: "visible" | "hidden";
  /** Further folders of the runner's that it may read, such as its own package; or write, such as an install. */
  readonly readable: readonly string[];
  readonly writable: readonly string[];
  /** Hosts as `allowedDomains` names them; none means no network. */
  readonly hosts: readonly string[];
  /** Whether the hosts may lie in a private network: for package registries, which a person chose. */
  readonly addresses: "public" | "any";
  readonly onAccess: (access: ProxyAccess) => void;
  /** Completes "the skill …". */
  readonly warn: (text: string) => void;
};

/** One attempt to reach a host from inside. */
export type ProxyAccess = Omit<Extract<SkillEvent, { type: "proxyAccess" }>, "type" | "runId" | "skill">;

/** Disposing ends what the process needed outside; the process itself is its starter's to end. */
export type Entered = AsyncDisposable & { readonly launch: Launch };

export type Sandbox = AsyncDisposable & {
  readonly tier: SandboxTier;
  /**
   * How to start the same program inside.
   *
   * @throws Node's own error (`ENOENT`, `EACCES`) when there is no such program
   */
  enter(launch: Launch, confinement: Confinement): Promise<Entered>;
};

/** No sandbox: everything starts as it is. */
export const unconfined: Sandbox = {
  tier: "none",
  enter: async (launch) => ({ launch, async [Symbol.asyncDispose]() {} }),
  async [Symbol.asyncDispose]() {},
};

/** A tier that was tried: `reason` says what it lacks, `remedy` the one thing that would bring it. */
export type TriedTier = {
  readonly tier: SandboxTier;
  readonly reason?: string;
  readonly remedy?: string;
  /** Milliseconds that the trial took. */
  readonly durationMs: number;
};

/** A sandbox with what was tried on the way to it, the strongest tier first. */
export type OpenedSandbox = {
  readonly sandbox: Sandbox;
  readonly network: "enforced" | "open";
  readonly tried: readonly TriedTier[];
};
