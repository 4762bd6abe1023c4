import { ExpertStackError } from "../errors.ts";
import { indexFolder } from "../registry/index-path.ts";
import { configPath, indexPlace } from "../registry/index-place.ts";
import { indexText } from "../registry/index-text.ts";
import { knownBadPath } from "../registry/known-bad.ts";
import type { RegistryRepositoryFacts } from "../registry/publish-request.ts";
import { type FileChange, requirePureAppend } from "../registry/pure-append.ts";
import { parseRegistryConfig } from "../registry/registry-config.ts";
import { type Account, parseScopeFile, requireOwners, writtenOwners } from "../registry/scope-owners.ts";
import { type IndexFiles, readWholeIndex, type WholeIndex } from "../registry/whole-index.ts";
import { checkNewLines } from "./check-new-lines.ts";
import type { RegistryRepository } from "./publishing-ports.ts";
import { namesAt, registryPoint, textOf } from "./registry-index.ts";

/** Reads and checks everything in the index's folder, on both branches where it has one of its own. */
export const checkWholeIndex = async (
  repository: RegistryRepository,
  defaultBranch: string,
): Promise<WholeIndex & { readonly files: IndexFiles }> => {
  const { trusted, index } = await registryPoint(repository, { defaultBranch });
  const files = await repository.files(trusted, indexFolder);
  if (files.size === 0) throw noRegistry(defaultBranch);
  const whole = readWholeIndex(files);
  if (index === undefined || index === trusted) return { ...whole, files };
  const apart = await repository.files(index, indexFolder);
  return { ...readWholeIndex(apart), files: apart };
};

const noRegistry = (defaultBranch: string): ExpertStackError =>
  new ExpertStackError({
    code: "INDEX_CORRUPT",
    message: `There is no ${indexFolder}/ on ${defaultBranch}: it is no registry.`,
    remedy: "See that the remote is the one you mean, or begin one with `expert-stack registry init`.",
  });

/** A change that a pull request proposes: two commits, and everybody who has a hand in it. */
export type IndexProposal = {
  readonly base: string;
  readonly head: string;
  readonly by: readonly [Account, ...Account[]];
  /** Of the registry itself, where it is known: new lines must say that they come from it. */
  readonly registry?: RegistryRepositoryFacts;
};

/** What a change of an index was found to be. */
export type CheckedChange = {
  /** How many files of the index it touches. */
  readonly files: number;
  /** Those of them that need not only add, such as `config.json`: whoever reviews the change judges them. */
  readonly unjudged: readonly string[];
};

/**
 * Whether a change only adds to the index, by owners of what it adds to, and leaves it whole.
 *
 * @throws ExpertStackError with the reason for which it is refused
 */
export const checkIndexChange = async (
  repository: RegistryRepository,
  proposal: IndexProposal,
): Promise<CheckedChange> => {
  const { base, head, by, registry } = proposal;
  const changes = await repository.changes(base, head, indexFolder);
  if (changes.length === 0) return { files: 0, unjudged: [] };
  await requireReadThere(repository, proposal, changes);
  const owners = await ownersBefore(repository, proposal, changes);
  const names = await namesAt(repository, { index: base });
  const lines = requirePureAppend({ changes, by, owners, names });
  const proposed = new Map(await repository.files(base, indexFolder));
  for (const { path, after } of changes) {
    if (after === undefined) proposed.delete(path);
    else proposed.set(path, after);
  }
  const { states } = readWholeIndex(proposed);
  await checkNewLines(repository, lines, { base, states, ...(registry === undefined ? {} : { registry }) });
  const paths = changes.map(({ path }) => path);
  return { files: paths.length, unjudged: paths.filter((path) => indexPlace(path)?.type === "about") };
};

/**
 * Who owns each scope before a change. Of a file that cannot be read nobody does, so that nothing comes into the scope;
 * but whoever it names may mend it, if they name themselves again.
 */
const ownersBefore = async (
  repository: RegistryRepository,
  { base, by }: IndexProposal,
  changes: readonly FileChange[],
): Promise<ReadonlyMap<string, ReadonlySet<number>>> => {
  const owners = new Map<string, ReadonlySet<number>>();
  for (const [path, file] of await repository.files(base, `${indexFolder}/scopes`)) {
    const place = indexPlace(path);
    if (place?.type !== "scope") continue;
    const text = textOf(file) ?? "";
    const read = readScope(text, path);
    const mended = changes.find((change) => change.path === path)?.after;
    if (read === undefined && mended !== undefined)
      requireOwners(place.scope, parseScopeFile(indexText(mended, path), path), by);
    owners.set(place.scope, read ?? (mended === undefined ? new Set() : writtenOwners(text)));
  }
  return owners;
};

const readScope = (text: string, path: string): ReadonlySet<number> | undefined => {
  try {
    return parseScopeFile(text, path);
  } catch (error) {
    if (error instanceof ExpertStackError) return undefined;
    throw error;
  }
};

/** Lines and definitions on the default branch publish nothing where the index has a branch of its own. */
const requireReadThere = async (
  repository: RegistryRepository,
  { base, registry }: IndexProposal,
  changes: readonly FileChange[],
): Promise<void> => {
  const { indexBranch } = parseRegistryConfig(textOf(await repository.file(base, configPath)));
  if (indexBranch === undefined || indexBranch === registry?.defaultBranch) return;
  const stray = changes.find(({ path }) => {
    const place = indexPlace(path)?.type;
    return path === knownBadPath || place === "lines" || place === "definition" || place === "names";
  })?.path;
  if (stray === undefined) return;
  throw new ExpertStackError({
    code: "PUBLISH_REFUSED",
    message: `${stray} is read from the branch ${indexBranch}, and the change is one of ${registry?.defaultBranch ?? "the default branch"}.`,
    remedy:
      stray === knownBadPath
        ? `Have whoever may push to ${indexBranch} commit it there.`
        : "Publish by a tag, and leave the index to the registry's own workflow.",
  });
};

/** @throws ExpertStackError INPUT_INVALID */
export const oneOrMore = (accounts: readonly Account[]): readonly [Account, ...Account[]] => {
  const [first, ...others] = accounts;
  if (first !== undefined) return [first, ...others];
  throw new ExpertStackError({
    code: "INPUT_INVALID",
    message: "Nobody is named who asks for the change.",
    remedy: "Name the account's number: `--by 583231`.",
  });
};
