import type { SandboxTier } from "../../job/sandbox-tier.ts";
import type { SkillsRequest } from "../../run/ports.ts";
import type { Confinement, OpenedSandbox, Sandbox } from "../../run/sandbox-ports.ts";
import { openDoors } from "./open-doors.ts";
import type { RunPlace } from "./run-place.ts";
import { type Starter, starter } from "./starter.ts";

/** What may differ from one process of a skill to another. */
export type Allowed = {
  readonly readable: readonly string[];
  readonly hosts: readonly string[];
  readonly access: "read" | "write";
};

/** Starters of one skill's processes, by what each may see and reach. */
export type Confined = {
  start(allowed: Allowed): Starter;
  /** For its package: no workspace, and a registry that may be a company's own. */
  install(needs: { readonly writable: readonly string[]; readonly hosts: readonly string[] }): Starter;
  /** What has held its processes so far. @returns undefined before the first */
  held(): Held | undefined;
};

/** By what a skill is held, and which hosts it was refused. */
export type Held = Pick<OpenedSandbox, "network"> & {
  readonly tier: SandboxTier;
  readonly refusedHosts: readonly string[];
};

export type Confine = (skill: string) => Confined;

/** Sandboxes that have been told of: a job has one, and many Runs. */
const told = new WeakSet<OpenedSandbox>();

const tell = (opened: OpenedSandbox, emit: SkillsRequest["emit"]): void => {
  if (told.has(opened)) return;
  told.add(opened);
  const { sandbox, network, tried } = opened;
  const lacking = tried.flatMap(({ tier, reason, remedy }) =>
    reason === undefined ? [] : [{ tier, reason, ...(remedy === undefined ? {} : { remedy }) }],
  );
  emit({ type: "sandboxOpened", tier: sandbox.tier, network, lacking });
};

type Asking = Pick<SkillsRequest, "runId" | "expert" | "emit">;

/** Confines the processes of one Run. An Expert that may only read its workspace has no skill that may do more. */
export const confining =
  (open: () => Promise<OpenedSandbox>, place: RunPlace, request: Asking): Confine =>
  (skill) => {
    const { expert } = request;
    const refusedHosts = new Set<string>();
    const told = tellers(skill, request, refusedHosts);
    let opened: OpenedSandbox | undefined;
    const openFor = opener(skill, request.emit, async () => {
      opened = await open();
      return opened;
    });
    return {
      held: () =>
        opened && { tier: opened.sandbox.tier, network: opened.network, refusedHosts: [...refusedHosts] },
      start({ readable, hosts, access }) {
        const allowed = { hosts, access: expert.workspace === "read" ? "read" : access } as const;
        return starter(() => openFor(allowed), {
          workspace: { path: place.workspace, access: allowed.access },
          checkout: expert.workspace === "private" ? "hidden" : "visible",
          readable,
          writable: place.cwd === place.workspace ? [] : [place.cwd],
          hosts,
          addresses: "public",
          ...told,
        });
      },
      install({ writable, hosts }) {
        const [first = place.cwd] = writable;
        const workspace = { path: first, access: "write" } as const;
        const only = { workspace, checkout: "hidden", readable: [], writable, hosts } as const;
        return starter(() => openFor(undefined), { ...only, addresses: "any", ...told });
      },
    };
  };

/** What a sandbox tells of a skill's process, in the journal's words. */
const tellers = (
  skill: string,
  { runId, emit }: Asking,
  refusedHosts: Set<string>,
): Pick<Confinement, "onAccess" | "warn"> => ({
  onAccess(access) {
    if (access.verdict === "refused") refusedHosts.add(access.host);
    emit({ type: "proxyAccess", runId, skill, ...access });
  },
  warn: (text) => emit({ type: "note", level: "warning", text: `The skill "${skill}" ${text}` }),
});

/** Opens the sandbox for a process of a skill, and says once what the skill will miss in it or what is not held. */
const opener = (
  skill: string,
  emit: SkillsRequest["emit"],
  open: () => Promise<OpenedSandbox>,
): ((allowed: Pick<Allowed, "hosts" | "access"> | undefined) => Promise<Sandbox>) => {
  let isWarned = false;
  return async (allowed) => {
    const opened = await open();
    tell(opened, emit);
    if (allowed !== undefined && !isWarned) {
      isWarned = true;
      for (const { level, text } of openDoors(opened, allowed)) {
        emit({ type: "note", level, text: `The skill "${skill}" ${text}` });
      }
    }
    return opened.sandbox;
  };
};
