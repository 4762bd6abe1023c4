import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { ExpertStackError } from "../../errors.ts";
import {
  type Confinement,
  isolates,
  type OpenedSandbox,
  type Sandbox,
  type SandboxTier,
  sandboxTiers,
  type TriedTier,
  unconfined,
} from "../../run/sandbox-ports.ts";
import { bubblewrap } from "./bubblewrap.ts";
import { openEgress } from "./egress.ts";
import { openLifeline } from "./lifeline.ts";
import { namespaces } from "./namespaces.ts";
import { otherUser } from "./other-user.ts";
import { type Plan, type PlanOptions, planOf } from "./plan.ts";
import { probe } from "./probe.ts";
import { programFile } from "./program-file.ts";
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
    const remedy = isOff ? "Leave `sandbox` at `auto`." : "Run the job on Linux.";
    return withoutTier(options, [{ tier: "none", reason, remedy, durationMs: 0 }]);
  }
  const control = controlFolder(options.temporary);
  const lifeline = openLifeline(join(control, "lifeline"));
  const close = (): void => {
    lifeline[Symbol.dispose]();
    rmSync(control, { recursive: true, force: true });
  };
  try {
    const setup = setupOf(control, options.workspace);
    const plan = planOf(options, control);
    const tried: TriedTier[] = [];
    for (const [name, make] of tiersOf(setup, options)) {
      const started = performance.now();
      const tier = make();
      const lacking = isLacking(tier) ? tier : await probe(tier, setup, plan);
      const durationMs = Math.round(performance.now() - started);
      tried.push({ tier: name, durationMs, ...lacking });
      if (!isLacking(tier) && lacking === undefined) {
        refuseWeak(options, name, tried);
        const { network } = options;
        return { sandbox: sandboxOf(tier, { ...options, control, plan, close }), network, tried };
      }
    }
    close();
    return withoutTier(options, [...tried, { tier: "none", durationMs: 0 }]);
  } catch (error) {
    close();
    throw error;
  }
};

const controlFolder = (temporary: string): string => {
  mkdirSync(temporary, { recursive: true });
  return mkdtempSync(join(temporary, "es-"));
};

const setupOf = (control: string, workspace: string): TierSetup => {
  const { getuid, getgid } = process;
  if (getuid === undefined || getgid === undefined) throw new TypeError("a system without user ids");
  const runner = { uid: getuid(), gid: getgid(), umask: process.umask() };
  const owner = statSync(workspace);
  const user = runner.uid === 0 ? { uid: owner.uid, gid: owner.gid || owner.uid } : runner;
  return { control, lifeline: join(control, "lifeline"), runner, user };
};

const tiersOf = (
  setup: TierSetup,
  { tiers = sandboxTiers }: SandboxOptions,
): readonly (readonly [SandboxTier, () => Tier | Lacking])[] => {
  const all: readonly (readonly [SandboxTier, () => Tier | Lacking])[] = [
    ["bubblewrap", () => bubblewrap(setup)],
    ["namespaces", () => namespaces(setup)],
    ["user", () => otherUser(setup)],
  ];
  return all.filter(([name]) => tiers.includes(name));
};

const refuseWeak = ({ mode }: SandboxOptions, tier: SandboxTier, tried: readonly TriedTier[]): void => {
  if (mode !== "required" || isolates(tier)) return;
  const [first] = tried;
  throw new ExpertStackError({
    code: "SANDBOX_MISSING",
    message: `A sandbox is required, and this runner has none that isolates: ${tried.map((one) => `${one.tier}: ${one.reason ?? "does not isolate"}`).join("; ")}.`,
    remedy: first?.remedy ?? "Run on Linux, or leave `sandbox` at `auto`.",
  });
};

const withoutTier = (options: SandboxOptions, tried: readonly TriedTier[]): OpenedSandbox => {
  refuseWeak(options, "none", tried);
  return { sandbox: unconfined, network: "open", tried };
};

type Held = SandboxOptions & { readonly control: string; readonly plan: Plan; readonly close: () => void };

const sandboxOf = (tier: Tier, held: Held): Sandbox => ({
  tier: tier.name,
  async enter(launch, confinement) {
    const file = programFile(launch);
    const network = held.network === "open" || !isolates(tier.name) ? "shared" : "none";
    const egress = network === "shared" ? undefined : await openEgress(confinement, held);
    const inside =
      egress === undefined ? { ...launch, command: file } : egress.through({ ...launch, command: file });
    const sockets = systemSockets(shownFolders(held.plan, confinement), Date.now());
    const mounts = viewOf(held.plan, file, withReadable(confinement, egress?.readable ?? []), sockets);
    return {
      launch: tier.wrap({ launch: inside, mounts, network }),
      [Symbol.asyncDispose]: async () => egress?.[Symbol.asyncDispose](),
    };
  },
  async [Symbol.asyncDispose]() {
    held.close();
  },
});

const shownFolders = ({ checkout, control, tools }: Plan, { workspace }: Confinement): readonly string[] => [
  ...[checkout, workspace.path, control],
  ...tools.map(({ path }) => path),
];

const withReadable = (confinement: Confinement, more: readonly string[]): Confinement => ({
  ...confinement,
  readable: [...confinement.readable, ...more],
});
