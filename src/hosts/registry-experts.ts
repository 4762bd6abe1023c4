import type { Manifest } from "../definition/manifest.ts";
import { gitRegistries } from "../edges/registry/git-registries.ts";
import type { JobEvent } from "../job/event.ts";
import type { Lockfile } from "../registry/lockfile.ts";
import { registryBook } from "../registry/registry-book.ts";
import type { Unlocked } from "../run/registry/choose-level.ts";
import { mergeExperts } from "../run/registry/merge-experts.ts";
import { delegateAskers, registryRequests } from "../run/registry/registry-requests.ts";
import { resolveRegistry } from "../run/registry/resolve-registry.ts";
import { lockedNotes } from "./locked-notes.ts";
import type { Machine } from "./registry-machine.ts";

type Note = Extract<JobEvent, { type: "note" }>;

/** A manifest with what its Experts delegate to elsewhere. */
export type WholeManifest = ReturnType<typeof mergeExperts> & { readonly notes: readonly Note[] };

/**
 * Adds the Experts of registries and other repositories that a job of the Expert needs.
 *
 * @throws ExpertStackError with the code of what is wrong; nothing has been run by then
 */
export const withRegistryExperts = async (
  { manifest, expertKey }: { readonly manifest: Manifest; readonly expertKey: string },
  wish: {
    readonly lockfile: Lockfile | undefined;
    readonly unlocked: Unlocked;
    /** The default registry, over the manifest's. */
    readonly registry: string;
    readonly machine: Machine;
  },
  signal: AbortSignal,
): Promise<WholeManifest> => {
  const { lockfile, unlocked, registry, machine } = wish;
  await using registries = gitRegistries(machine);
  const resolution = await resolveRegistry(
    {
      requests: registryRequests(manifest, expertKey),
      askers: delegateAskers(manifest),
      book: registryBook(manifest, registry),
      unlocked,
      ...(lockfile === undefined ? {} : { lockfile }),
    },
    registries,
    signal,
  );
  const merged = mergeExperts(manifest, expertKey, resolution);
  return {
    ...merged,
    notes: [...notLocked(resolution.unlocked), ...lockedNotes(resolution.usage)],
  };
};

const notLocked = (requests: readonly string[]): readonly Note[] => {
  if (requests.length === 0) return [];
  const named = requests.map((request) => `"${request}"`).join(", ");
  const text = `perstack.lock does not hold ${named}: which version that is may change from job to job. Run \`expert-stack lock\` and commit the result.`;
  return [{ type: "note", level: "warning", text }];
};
