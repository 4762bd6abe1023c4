import { statSync } from "node:fs";
import { join } from "node:path";
import { ExpertStackError } from "../../errors.ts";
import { isolates, type SandboxTier, sandboxTiers } from "../../job/sandbox-tier.ts";
import {
  type Confinement,
  type OpenedSandbox,
  type Sandbox,
  type TriedTier,
  unconfined,
} from "../../run/sandbox-ports.ts";
import { bubblewrap, bubblewrapSizes } from "./bubblewrap.ts";
import { type Egress, openEgress } from "./egress.ts";
import { namespaces } from "./namespaces.ts";
import { otherUser } from "./other-user.ts";
import { openPlace, type Place, systemName } from "./place.ts";
import { type Plan, type PlanOptions, planOf } from "./plan.ts";
import { probe } from "./probe.ts";
import { programFile } from "./program-file.ts";
import { signalWords } from "./signals.ts";
import { systemSockets } from "./system-sockets.ts";
import type { Lacking, Tier, TierSetup } from "./tier.ts";
import { isLacking } from "./tier.ts";
import { viewOf } from "./view.ts";

export type SandboxOptions = PlanOptions & {
  readonly mode: "auto" | "required" | "off";
  /** `open` is the step author's word: processes share the runner's network. */
  readonly network: "enforced" | "open";
  /** The proxy by which the runner itself reaches the internet. */
  readonly upstream?: URL;
  /** Those to try, where not all of them: a test's word. */
  readonly tiers?: readonly SandboxTier[];
  /** Where a folder of the sandbox's own is made: outside the workspace. */
  readonly temporary: string;
  /** Where it is kept that a tier held on this boot of the machine; it is tried each time where this is left out. */
  readonly records?: string | undefined;
};

/**
 * Tries each tier by starting something in it, and takes the first that holds.
 *
 * @throws ExpertStackError SANDBOX_MISSING where one is required and none isolates
 */
export const openSandbox = async (options: SandboxOptions): Promise<OpenedSandbox> => {
  if (options.mode === "off" || process.platform !== "linux") {
    const isOff = options.mode === "off";
    const reason = isOff ? "it is switched off" : "it needs Linux";
    const remedy = isOff ? "Set `sandbox` to `auto` for one." : "Run the job on Linux for one.";
    return withoutTier(options, [{ tier: "none", reason, remedy, durationMs: 0 }]);
  }
  const [place, signals, canSize] = await Promise.all([
    openPlace(options.temporary),
    signalWords(),
    bubblewrapSizes(),
  ]);
  if (isLacking(place)) return withoutTier(options, [{ tier: "none", ...place, durationMs: 0 }]);
  const tried: TriedTier[] = [];
  try {
    const plan = planOf(options, place.control);
    const tier = await strongest(options, { ...place, signals, canSize }, tried);
    if (tier !== undefined) {
      refuseWeak(options, tier.name, tried);
      const network = isolates(tier.name) ? options.network : "open";
      return { sandbox: sandboxOf(tier, { ...options, ...place, network, plan }), network, tried };
    }
  } catch (error) {
    place.close();
    throw error;
  }
  place.close();
  return withoutTier(options, [...tried, { tier: "none", durationMs: 0 }]);
};

/** The first tier that holds what is started in it. What was tried goes into `tried`. */
const strongest = async (
  options: SandboxOptions,
  own: Omit<SetupParts, "workspace">,
  tried: TriedTier[],
): Promise<Tier | undefined> => {
  const setup = setupOf({ ...own, workspace: options.workspace });
  for (const [name, make] of tiersOf(setup, options)) {
    const started = performance.now();
    const tier = make();
    const lacking = isLacking(tier) ? tier : await probe(tier, setup, options);
    tried.push({ tier: name, durationMs: Math.round(performance.now() - started), ...lacking });
    if (!isLacking(tier) && lacking === undefined) return tier;
  }
  return undefined;
};

type SetupParts = Pick<TierSetup, "control" | "groups" | "signals" | "canSize"> & {
  readonly workspace: string;
};

const setupOf = ({ control, groups, signals, canSize, workspace }: SetupParts): TierSetup => {
  const { getuid, getgid } = process;
  if (getuid === undefined || getgid === undefined) throw new TypeError("a system without user ids");
  const runner = { uid: getuid(), gid: getgid(), umask: process.umask() };
  const owner = statSync(workspace);
  const user = runner.uid === 0 ? { uid: owner.uid, gid: owner.gid || owner.uid } : runner;
  return { control, groups, signals, canSize, lifeline: join(control, "lifeline"), runner, user };
};

type MakeTier = () => Tier | Lacking;

const tiersOf = (
  setup: TierSetup,
  { tiers = sandboxTiers }: SandboxOptions,
): readonly (readonly [SandboxTier, MakeTier])[] => {
  const all: readonly (readonly [SandboxTier, MakeTier])[] = [
    ["bubblewrap", () => bubblewrap(setup)],
    ["namespaces", () => namespaces(setup)],
    ["user", () => otherUser(setup)],
  ];
  return all.filter(([name]) => tiers.includes(name));
};

const refuseWeak = ({ mode }: SandboxOptions, tier: SandboxTier, tried: readonly TriedTier[]): void => {
  if (mode !== "required" || isolates(tier)) return;
  const remedies = [...new Set(tried.flatMap(({ remedy }) => remedy ?? []))];
  const lacking = tried.flatMap((one) => (one.reason === undefined ? [] : [`${one.tier}: ${one.reason}`]));
  throw new ExpertStackError({
    code: "SANDBOX_MISSING",
    message: `A sandbox is required, and this runner has none that isolates (${lacking.join("; ")}).`,
    remedy: remedies.length > 0 ? remedies.join(" Or: ") : "Run on Linux, or leave `sandbox` at `auto`.",
  });
};

const withoutTier = (options: SandboxOptions, tried: readonly TriedTier[]): OpenedSandbox => {
  refuseWeak(options, "none", tried);
  return { sandbox: unconfined, network: "open", tried };
};

type Held = SandboxOptions & Place & { readonly plan: Plan };

const sandboxOf = (tier: Tier, held: Held): Sandbox => ({
  tier: tier.name,
  /** @throws ExpertStackError SANDBOX_FAILED */
  async enter(launch, confinement) {
    const file = programFile(launch);
    const network = held.network === "open" ? "shared" : "none";
    let egress: Egress | undefined;
    const close = async (): Promise<void> => egress?.[Symbol.asyncDispose]();
    try {
      egress = network === "shared" ? undefined : await openEgress(confinement, held);
      const whole = { ...launch, command: file };
      const sockets = systemSockets(shownFolders(held.plan, confinement));
      const mounts = viewOf(held.plan, file, withReadable(confinement, egress?.readable ?? []), sockets);
      const inside = egress === undefined ? whole : egress.through(whole);
      return { launch: tier.wrap({ launch: inside, mounts, network }), [Symbol.asyncDispose]: close };
    } catch (error) {
      await close();
      throw error instanceof ExpertStackError ? error : broken(error);
    }
  },
  async [Symbol.asyncDispose]() {
    held.close();
  },
});

/** Not the program's failure, whose own errors have the same codes. */
const broken = (cause: unknown): ExpertStackError =>
  new ExpertStackError({
    code: "SANDBOX_FAILED",
    message: `No process can be started in the sandbox any more (${systemName(cause)}).`,
    remedy: "Something outside removed or filled up the job's temporary folder: run the job again.",
    cause,
  });

const shownFolders = ({ checkout, control, tools }: Plan, { workspace }: Confinement): readonly string[] => [
  ...[checkout, workspace.path, control],
  ...tools.map(({ path }) => path),
];

const withReadable = (confinement: Confinement, more: readonly string[]): Confinement => ({
  ...confinement,
  readable: [...confinement.readable, ...more],
});
