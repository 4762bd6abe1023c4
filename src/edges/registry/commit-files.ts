import type { RegistryAddress } from "../../definition/registry-address.ts";
import { ExpertStackError } from "../../errors.ts";
import type { BareClone } from "./bare-clone.ts";
import { findFiles } from "./find-files.ts";
import { type GitObject, LargeObject } from "./object-reader.ts";
import { unreachable } from "./unreachable.ts";
import { UnusableClone } from "./unusable-clone.ts";

/** A commit that is here with all its trees. */
export type Commit = {
  readonly id: string;
  readonly tree: string;
  /** What the server was asked for it: a ref or the id. */
  readonly from: string;
};

/** Fetches a commit and its trees, without its past and without its files. */
export const fetchCommit = async (
  clone: BareClone,
  from: string,
  signal: AbortSignal,
): Promise<Commit | "absent" | "refused"> => {
  const ref = clone.unusedRef();
  const fetched = await clone.fetch(
    { refspecs: [`+${from}:${ref}`], depth: 1, filter: "blob:none", isAdded: true },
    signal,
  );
  if (fetched !== "done") return fetched;
  const id = await clone.refId(ref);
  const commit = id === undefined ? undefined : await localCommit(clone, { id, from }, signal);
  if (commit === undefined) throw new UnusableClone(`${from} was fetched and is not there`);
  return commit;
};

/** The commit that an id means, if it is here; tags are peeled. */
export const localCommit = async (
  clone: BareClone,
  { id, from }: { readonly id: string; readonly from: string },
  signal: AbortSignal,
): Promise<Commit | undefined> => {
  const object = await peeled(clone, id, signal);
  const tree = /^tree ([0-9a-f]+)\n/.exec(object?.content.toString("latin1") ?? "")?.[1];
  return object === undefined || tree === undefined ? undefined : { id: object.id, tree, from };
};

/** Tags of tags that are followed: nobody makes more. */
const mostTags = 8;

/** The commit that an id means or a tag at it names, if it is here. @throws UnusableClone, LargeObject */
export const peeled = async (
  clone: BareClone,
  start: string,
  signal: AbortSignal,
): Promise<GitObject | undefined> => {
  let id = start;
  for (let tags = 0; tags < mostTags; tags++) {
    const [object] = await clone.objects([id], signal);
    if (object?.type !== "tag") return object?.type === "commit" ? object : undefined;
    id = /^object ([0-9a-f]+)\n/.exec(object.content.toString("latin1"))?.[1] ?? "";
  }
  return undefined;
};

type Wanted = {
  readonly paths: readonly string[];
  /** What will probably be read next, and comes with what has to be fetched. */
  readonly likely?: readonly string[] | undefined;
  readonly signal: AbortSignal;
};

/**
 * The files of a commit, those that are there, as raw blobs; what is not here yet comes in one fetch.
 *
 * @throws ExpertStackError REGISTRY_UNREACHABLE, PATH_ESCAPE or DEFINITION_TOO_LARGE
 */
export const readFiles = async (
  clone: BareClone,
  commit: Commit,
  { paths, likely = [], signal }: Wanted,
): Promise<ReadonlyMap<string, Uint8Array>> => {
  const find = (wanted: readonly string[]) =>
    findFiles(wanted, {
      root: commit.tree,
      ask: (trees) => clone.objects(trees, signal),
      where: clone.address.id,
    });
  const ids = await named(clone, new Map(), () => find(paths));
  return await named(clone, ids, async () => {
    const blobs = await readBlobs(clone, [...new Set(ids.values())], signal);
    const missing = [...ids.values()].filter((id) => !blobs.has(id));
    if (missing.length > 0) {
      const more = await find(likely).catch(nothingThere);
      await fetchMissing(clone, { commit, ids: missing, likely: [...more.values()] }, signal);
      for (const [id, content] of await readBlobs(clone, missing, signal)) blobs.set(id, content);
    }
    return new Map([...ids].map(([path, id]) => [path, blobs.get(id) ?? lost(id)]));
  });
};

/** Where one of them is none, they come when they are read, and whoever reads that one is told. */
const nothingThere = (error: unknown): ReadonlyMap<string, string> => {
  if (error instanceof ExpertStackError || error instanceof LargeObject) return new Map();
  throw error;
};

/** Says which of the paths has an object that is too large. */
const named = async <T>(
  clone: BareClone,
  ids: ReadonlyMap<string, string>,
  read: () => Promise<T>,
): Promise<T> => {
  try {
    return await read();
  } catch (error) {
    throw error instanceof LargeObject ? tooLarge(clone.address, error, pathOf(ids, error.id)) : error;
  }
};

const pathOf = (ids: ReadonlyMap<string, string>, id: string): string =>
  [...ids].find(([, each]) => each === id)?.[0] ?? `the folder ${id}`;

export const tooLarge = (
  { id }: RegistryAddress,
  { limit }: LargeObject,
  path = "a commit or a tag",
): ExpertStackError =>
  new ExpertStackError({
    code: "DEFINITION_TOO_LARGE",
    message: `${id}: ${path} has more than ${limit} bytes, or has with the others that are read at once.`,
    remedy: "Tell the registry's owners: neither an index file nor a definition is that large.",
  });

const readBlobs = async (
  clone: BareClone,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, Buffer>> => {
  const objects = await clone.objects(ids, signal);
  return new Map(objects.flatMap((object) => (object?.type === "blob" ? [[object.id, object.content]] : [])));
};

/** What is wanted, and with it what is likely and not here; where that does not come, what is wanted by itself. */
const fetchMissing = async (
  clone: BareClone,
  of: { readonly commit: Commit; readonly ids: readonly string[]; readonly likely: readonly string[] },
  signal: AbortSignal,
): Promise<void> => {
  const more = await clone.missing(of.likely);
  const refspecs = [...new Set([...of.ids, ...more])];
  if (more.length > 0) {
    const wanted = { refspecs, filter: "blob:none", isAdded: false, isOptional: true } as const;
    const fetched = await clone.fetch(wanted, signal).catch(nothingFetched);
    if (fetched === "done") return;
  }
  await fetchBlobs(clone, { commit: of.commit, ids: [...new Set(of.ids)] }, signal);
};

/** What is damaged here the next fetch will meet, too. */
const nothingFetched = (error: unknown): undefined => {
  if (!(error instanceof ExpertStackError || error instanceof UnusableClone)) throw error;
};

const fetchBlobs = async (
  clone: BareClone,
  { commit, ids }: { readonly commit: Commit; readonly ids: readonly string[] },
  signal: AbortSignal,
): Promise<void> => {
  const fetched = await clone.fetch({ refspecs: ids, filter: "blob:none", isAdded: false }, signal);
  if (fetched === "done") return;
  // An old server gives out refs only: then everything that is in this one.
  const refspecs = [`+${commit.from}:${clone.unusedRef()}`];
  const whole = await clone.fetch({ refspecs, depth: 1, filter: "none", isAdded: false }, signal);
  if (whole !== "done")
    throw unreachable({ type: "refused" }, { ...clone.address, options: clone.options, attempts: 1 });
};

const lost = (id: string): never => {
  throw new UnusableClone(`the file ${id} was fetched and is not there`);
};
