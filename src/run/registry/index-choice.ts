import { nearest } from "../../definition/nearest.ts";
import type { RegistryAddress } from "../../definition/registry-address.ts";
import { ExpertStackError } from "../../errors.ts";
import { type IndexState, type PublishedVersion, readIndexFile } from "../../registry/index-file.ts";
import { indexPath } from "../../registry/index-path.ts";
import { namesPath } from "../../registry/index-place.ts";
import { indexText } from "../../registry/index-text.ts";
import type { Lockfile } from "../../registry/lockfile.ts";
import { definitionFile } from "../../registry/publish-tag.ts";
import { selectVersion } from "../../registry/select-version.ts";
import type { Asked, Choice } from "./choice.ts";
import type { OpenRegistry } from "./open-registries.ts";

type Named = Extract<Asked, { type: "registry" }>;

/** Versions of one registry's Experts by its index, all read by one fetch. */
export const chooseIndexed = async (
  all: readonly Named[],
  registry: OpenRegistry,
  lockfile: Lockfile | undefined,
): Promise<readonly Choice[]> => {
  const names = [...new Set(all.map(({ key }) => key.name))];
  const states = await readStates(names, registry, lockfile);
  const choices: Choice[] = [];
  for (const asked of all) {
    const state = states.get(asked.key.name);
    if (state === undefined) throw await unknownName(asked, registry);
    const version = selectVersion(state, asked.key.request, asked.asker);
    registry.used(state, version);
    choices.push(choiceOf(registry.address, version));
  }
  return choices;
};

/** The index of each name that is there. */
export const readStates = async (
  names: readonly string[],
  registry: OpenRegistry,
  lockfile: Lockfile | undefined,
): Promise<ReadonlyMap<string, IndexState>> => {
  // A registry of many Experts has the newest version's definition there, as the same blob that its index keeps.
  const files = await registry.read(names.map(indexPath), names.map(definitionFile));
  return new Map(
    names.flatMap((name) => {
      const state = readState(name, files.get(indexPath(name)), { registry: registry.address, lockfile });
      return state === undefined ? [] : [[name, state] as const];
    }),
  );
};

/**
 * The index of one name, if it is there.
 *
 * @throws ExpertStackError INDEX_CORRUPT, or INDEX_REWOUND where the lock remembers more of it
 */
export const readState = (
  name: string,
  content: Uint8Array | undefined,
  { registry, lockfile }: { readonly registry: RegistryAddress; readonly lockfile: Lockfile | undefined },
): IndexState | undefined => {
  if (content === undefined) {
    if (lockfile?.indexes.get(name)?.registry === registry.id) throw rewound(name, registry, 1);
    return undefined;
  }
  const file = `${registry.id}/${indexPath(name)}`;
  const state = readIndexFile(indexText({ content }, file), { name, file });
  refuseRewound(state, registry, lockfile);
  return state;
};

/** An index only grows: the line that the lock remembers as the last is still there. */
const refuseRewound = (state: IndexState, { id }: RegistryAddress, lockfile: Lockfile | undefined): void => {
  const before = lockfile?.indexes.get(state.name);
  if (before === undefined || before.registry !== id) return;
  if (state.heads[before.seq - 1] !== before.head) throw rewound(state.name, { id }, before.seq);
};

const rewound = (name: string, { id }: Pick<RegistryAddress, "id">, seq: number): ExpertStackError =>
  new ExpertStackError({
    code: "INDEX_REWOUND",
    message: `${id}/${indexPath(name)}: line ${seq}, which perstack.lock remembers, is no longer there as it was.`,
    remedy:
      "The registry's history was rewritten. Ask its owners why. To trust it as it is now, delete perstack.lock and run `expert-stack lock`.",
  });

/** What is said of a name that the registry does not have, with those that are near it. */
export const unknownName = async (asked: Named, registry: OpenRegistry): Promise<ExpertStackError> => {
  const near = nearest(asked.key.name, await registeredNames(registry));
  return new ExpertStackError({
    code: "VERSION_NOT_FOUND",
    message: `${registry.address.id} has no Expert "${asked.key.name}"${asked.asker === undefined ? "" : `, which ${asked.asker}`}.`,
    remedy:
      near.length === 0
        ? "See that the name is right and that the registry is the one you mean."
        : `Did you mean ${near.map((name) => `"${name}"`).join(" or ")}?`,
  });
};

const registeredNames = async (registry: OpenRegistry): Promise<readonly string[]> => {
  // For a suggestion only: what cannot be read suggests nothing.
  const list = (await registry.read([namesPath]).catch(nothingRefused))?.get(namesPath);
  if (list === undefined) return [];
  return new TextDecoder()
    .decode(list)
    .split("\n")
    .flatMap((line) => /^\{"v":1,"name":"(@[a-z0-9_-]+\/[a-z0-9_-]+)"/.exec(line)?.[1] ?? []);
};

const nothingRefused = (error: unknown): undefined => {
  if (!(error instanceof ExpertStackError)) throw error;
};

export const choiceOf = (registry: RegistryAddress, { line }: PublishedVersion): Choice => ({
  key: `${line.name}@${line.version}`,
  name: line.name,
  version: line.version,
  registry,
  delegates: line.delegates.map(([name, request]) => (request === "" ? name : `${name}@${request}`)),
  pin: {
    ...{ registry: registry.id, source: line.src.repo, tag: line.src.tag, commit: line.src.commit },
    ...{ path: line.src.path, blob: line.blob, sha256: line.sha256 },
  },
  by: "index",
});
