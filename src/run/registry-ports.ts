import type { RegistryAddress } from "../definition/registry-address.ts";

/** A registry's index branch at one commit. */
export type RegistrySnapshot = {
  readonly address: RegistryAddress;
  /** The index branch's commit. */
  readonly commit: string;
  /**
   * Files of it as raw blobs, those that are there; one fetch for all that are not on this machine yet.
   *
   * @param likely files that will probably be read next: they come with that fetch, and what is wrong with one is no
   *   error before it is read
   * @throws ExpertStackError REGISTRY_UNREACHABLE, or PATH_ESCAPE when one is a link or a submodule
   */
  read(
    paths: readonly string[],
    signal: AbortSignal,
    likely?: readonly string[],
  ): Promise<ReadonlyMap<string, Uint8Array>>;
};

/** A file at a commit or a tag of any repository. */
export type SourceFile = {
  readonly address: RegistryAddress;
  readonly path: string;
  /** A full commit id, a tag, or first the one and then the other. */
  readonly commit?: string;
  readonly tag?: string;
};

/** What is known of registries: git, and what is kept of it on this machine. */
export type Registries = {
  /** The newest state of a registry: one fetch. @throws ExpertStackError REGISTRY_UNREACHABLE */
  open(address: RegistryAddress, signal: AbortSignal): Promise<RegistrySnapshot>;
  /** A definition by the SHA-256 (hex) of its bytes, if it is here and still has it. Asks nobody. */
  kept(digest: string): Promise<Uint8Array | undefined>;
  /** Keeps a definition, whose digest was checked, for `kept`. What cannot be written is not kept. */
  keep(digest: string, content: Uint8Array): Promise<void>;
  /**
   * A definition from where it was published.
   *
   * @returns nothing where the commit, the tag or the file is not there (any more)
   * @throws ExpertStackError REGISTRY_UNREACHABLE, or PATH_ESCAPE
   */
  source(
    file: SourceFile,
    signal: AbortSignal,
  ): Promise<{ readonly commit: string; readonly content: Uint8Array } | undefined>;
  /** The commits that tags name now, by tag, those that are there; annotated ones peeled. */
  tags(
    address: RegistryAddress,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>>;
};
