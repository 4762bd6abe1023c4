import type { TreeFile } from "../registry/index-place.ts";
import type { FileChange } from "../registry/pure-append.ts";

/** A registry's repository as whoever publishes to it has it: checked out, with a remote to push to. */
export type RegistryRepository = {
  /**
   * Brings branches, with their history, the tags that begin so and the commits of a pull request up to date; what is
   * gone there is gone here. Nothing is checked out.
   *
   * @throws ExpertStackError REGISTRY_UNREACHABLE
   */
  fetch(wanted: {
    readonly branches: readonly string[];
    readonly tags?: string;
    /** Its number. */
    readonly pull?: number;
  }): Promise<void>;
  /** The commit that a person means by an id, a part of one, or a branch or tag of the checkout, if it is here. */
  commit(revision: string): Promise<string | undefined>;
  /** The commit of a branch as it was fetched. */
  branch(name: string): Promise<string | undefined>;
  /** The commits of the tags that were fetched, annotated ones peeled, by name. */
  tags(): Promise<ReadonlyMap<string, string>>;
  /** Whether the commit is the tip or before it. */
  contains(tip: string, commit: string): Promise<boolean>;
  /** A file as git keeps it: no attribute, filter or line end is applied. */
  file(commit: string, path: string): Promise<TreeFile | undefined>;
  /** All below a folder, by path. */
  files(commit: string, folder: string): Promise<ReadonlyMap<string, TreeFile>>;
  /** Paths below a folder. */
  paths(commit: string, folder: string): Promise<readonly string[]>;
  /**
   * What `head` has changed below a folder since it left `base`, and so what a merge brings, however it is merged.
   *
   * @throws ExpertStackError PUBLISH_REFUSED where that cannot be told
   */
  changes(base: string, head: string, folder: string): Promise<readonly FileChange[]>;
  /**
   * Commits files on top of `parent` and pushes that to the branch.
   *
   * @returns `overtaken` when somebody else has pushed since
   * @throws ExpertStackError PUBLISH_REFUSED when the remote takes no push from us, REGISTRY_UNREACHABLE when it does
   *   not answer
   */
  push(change: IndexCommit): Promise<"pushed" | "overtaken">;
};

/** A commit to be. */
export type IndexCommit = {
  readonly branch: string;
  /** Nothing for the first one of a branch. */
  readonly parent?: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly message: string;
};
