import type { RegistryAddress } from "../../definition/registry-address.ts";
import type { ExpertStackError } from "../../errors.ts";
import type { IndexState, PublishedVersion } from "../../registry/index-file.ts";
import type { IndexHead } from "../../registry/pin.ts";
import type { Registries, RegistrySnapshot } from "../registry-ports.ts";

/** A registry that was opened for one resolution. */
export type OpenRegistry = {
  readonly address: RegistryAddress;
  read(paths: readonly string[], likely?: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Takes note of what was chosen, for the lock and for warnings. */
  used(state: IndexState, version: PublishedVersion): void;
};

/** What was opened and used, to be written into a lock. */
export type Usage = {
  readonly registries: ReadonlyMap<string, { readonly indexCommit: string }>;
  readonly indexes: ReadonlyMap<string, IndexHead>;
  /** Versions that are no longer `available`. */
  readonly worn: readonly PublishedVersion[];
  /** Why registries could not be asked about what is locked. */
  readonly unasked: readonly ExpertStackError[];
};

export type OpenRegistries = {
  /** One fetch for each registry, however often it is asked for. */
  open(address: RegistryAddress): Promise<OpenRegistry>;
  /** Takes note of a registry that what is locked was not held against. */
  notAsked(because: ExpertStackError): void;
  usage(): Usage;
};

export const openRegistries = (registries: Registries, signal: AbortSignal): OpenRegistries => {
  const snapshots = new Map<string, Promise<RegistrySnapshot>>();
  const commits = new Map<string, { readonly indexCommit: string }>();
  const indexes = new Map<string, IndexHead>();
  const worn = new Map<string, PublishedVersion>();
  const unasked: ExpertStackError[] = [];
  return {
    async open(address) {
      const opening = snapshots.get(address.url) ?? registries.open(address, signal);
      snapshots.set(address.url, opening);
      const snapshot = await opening;
      commits.set(address.id, { indexCommit: snapshot.commit });
      return {
        address,
        read: (paths, likely) => snapshot.read(paths, signal, likely),
        used: ({ name, heads }, version) => {
          indexes.set(name, { registry: address.id, seq: heads.length, head: heads.at(-1) ?? "" });
          if (version.status !== "available") worn.set(`${name}@${version.line.version}`, version);
        },
      };
    },
    notAsked: (because) => void unasked.push(because),
    usage: () => ({ registries: commits, indexes, worn: [...worn.values()], unasked }),
  };
};
