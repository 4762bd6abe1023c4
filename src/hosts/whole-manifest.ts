import type { Manifest } from "../definition/manifest.ts";
import type { Lockfile } from "../registry/lockfile.ts";
import type { Unlocked } from "../run/registry/choose-level.ts";
import { registryRequests } from "../run/registry/registry-requests.ts";
import type { WholeManifest } from "./registry-experts.ts";
import type { MachineOf } from "./registry-machine.ts";

/** What a name means does not depend on which Expert is run. @throws ExpertStackError LOCAL_SHADOWS_REGISTRY */
const refuseShadows = async (manifest: Manifest, registry: string): Promise<void> => {
  const isScoped = [...manifest.experts.keys()].some((key) => key.startsWith("@"));
  if (!isScoped || (manifest.registries === undefined && registry === "")) return;
  const { registryBook } = await import("../registry/registry-book.ts");
  registryBook(manifest, registry);
};

/**
 * The manifest with the Experts of elsewhere that a job of the Expert needs. Where it needs none, nothing of registries is
 * even loaded.
 *
 * @throws ExpertStackError with the code of what is wrong; nothing has been run by then
 */
export const wholeManifest = async (
  wanted: { readonly manifest: Manifest; readonly expertKey: string },
  wish: {
    readonly lockfile: Lockfile | undefined;
    readonly unlocked: Unlocked;
    /** The default registry, over the manifest's; empty for the manifest's. */
    readonly registry: string;
    readonly machine: MachineOf;
  },
  stop: AbortSignal,
): Promise<WholeManifest> => {
  if (registryRequests(wanted.manifest, wanted.expertKey).length === 0) {
    await refuseShadows(wanted.manifest, wish.registry);
    return { ...wanted, origins: new Map(), notes: [] };
  }
  const { withRegistryExperts } = await import("./registry-experts.ts");
  const { registryMachine } = await import("./registry-machine.ts");
  return await withRegistryExperts(wanted, { ...wish, machine: registryMachine(wish.machine) }, stop);
};
