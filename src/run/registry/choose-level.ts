import { ExpertStackError } from "../../errors.ts";
import type { Lockfile } from "../../registry/lockfile.ts";
import type { FileReference, NamePlace, RegistryBook } from "../../registry/registry-book.ts";
import type { Registries } from "../registry-ports.ts";
import type { Asked, Choice } from "./choice.ts";
import { chooseFile, isCommit, repositoryOf } from "./file-choice.ts";
import { chooseIndexed } from "./index-choice.ts";
import { lockedChoice } from "./locked-choice.ts";
import type { OpenRegistries } from "./open-registries.ts";

/** Why nothing may be looked up that the lock does not hold. */
export type Unlocked = "resolve" | "refuse: frozen" | "refuse: untrusted";

type Choosing = {
  readonly book: RegistryBook;
  readonly lockfile: Lockfile | undefined;
  readonly unlocked: Unlocked;
  readonly isRenewed?: (request: string) => boolean;
  readonly registries: Registries;
  readonly opened: OpenRegistries;
  readonly signal: AbortSignal;
};

/** The versions of one level: what the lock says first, then one look into each registry for all the rest. */
export const chooseLevel = async (level: readonly Asked[], from: Choosing): Promise<readonly Choice[]> => {
  const placed = level.map((asked) => ({ asked, place: placeOf(asked, from.book) }));
  const chosen = new Map(
    placed.flatMap(({ asked, place }) => {
      const choice = lockedOf(asked, place, from);
      return choice === undefined ? [] : [[asked, choice] as const];
    }),
  );
  const open = placed.filter(({ asked }) => !chosen.has(asked));
  const found = await Promise.all([
    ...open.flatMap(({ asked, place }) => (place.type === "file" ? [ofFile(asked, place.file, from)] : [])),
    ...byRegistry(open).map((group) => ofRegistry(group, from)),
  ]);
  for (const [asked, choice] of found.flat()) chosen.set(asked, choice);
  return level.flatMap((asked) => chosen.get(asked) ?? []);
};

type Placed = { readonly asked: Asked; readonly place: NamePlace };
type Answer = readonly [Asked, Choice];

const placeOf = (asked: Asked, book: RegistryBook): NamePlace =>
  asked.type === "file" ? { type: "file", file: asked.file } : book.placeOf(asked.key, asked.by);

/** @throws ExpertStackError LOCK_OUTDATED where the lock does not hold it and nothing may be looked up */
const lockedOf = (
  asked: Asked,
  place: NamePlace,
  { lockfile, unlocked, isRenewed = () => false }: Choosing,
): Choice | undefined => {
  const choice = isRenewed(asked.text) ? undefined : lockedChoice(lockfile, asked, place);
  if (choice === undefined && unlocked !== "resolve" && !isPinned(place))
    throw notLocked(asked, unlocked, { place, lockfile });
  return choice;
};

const ofFile = async (asked: Asked, file: FileReference, from: Choosing): Promise<readonly Answer[]> => [
  [asked, await chooseFile(asked, file, from)],
];

type Named = Extract<Asked, { type: "registry" }>;
type Group = readonly { readonly asked: Named; readonly place: Extract<NamePlace, { type: "registry" }> }[];

const byRegistry = (placed: readonly Placed[]): readonly Group[] => {
  const named = placed.flatMap(({ asked, place }) =>
    asked.type === "registry" && place.type === "registry" ? [{ asked, place }] : [],
  );
  return [...Map.groupBy(named, ({ place }) => place.address.url).values()];
};

const ofRegistry = async (group: Group, { opened, lockfile }: Choosing): Promise<readonly Answer[]> => {
  const [first] = group;
  if (first === undefined) return [];
  const all = group.map(({ asked }) => asked);
  const choices = await chooseIndexed(all, await opened.open(first.place.address), lockfile);
  return choices.flatMap((choice, index) => {
    const asked = all[index];
    return asked === undefined ? [] : [[asked, choice] as const];
  });
};

/** A file at a full commit id is what it is, with or without a lock. */
const isPinned = (place: NamePlace): boolean => place.type === "file" && isCommit(place.file.ref);

const notLocked = (
  { text, asker }: Asked,
  why: Exclude<Unlocked, "resolve">,
  from: { readonly place: NamePlace; readonly lockfile: Lockfile | undefined },
): ExpertStackError => {
  const isFrozen = why === "refuse: frozen";
  const whose = asker === undefined ? "" : `, which ${asker}`;
  return new ExpertStackError({
    code: "LOCK_OUTDATED",
    message: `${lockLacks(text, from)}${whose}${isFrozen ? "" : ", and this trigger is untrusted"}.`,
    remedy: `Run \`expert-stack lock\`, or \`expert-stack lock ${text}\` where neither the manifest nor a workflow names it, and commit the result${isFrozen ? "" : "; or set `allow-unlocked: true`"}.`,
  });
};

const lockLacks = (
  text: string,
  { place, lockfile }: { readonly place: NamePlace; readonly lockfile: Lockfile | undefined },
): string => {
  if (lockfile === undefined) return `There is no perstack.lock that holds "${text}"`;
  const locked = lockfile.experts.find(({ pin }) => pin?.requests.includes(text))?.pin;
  if (locked === undefined) return `perstack.lock does not hold "${text}"`;
  const there =
    place.type === "registry"
      ? place.address.id
      : fileAt(repositoryOf(place.file), place.file.path, place.file.ref);
  const here = locked.registry ?? fileAt(locked.source, locked.path, locked.tag || locked.commit);
  return `perstack.lock has "${text}" from ${here}, and it is looked for in ${there}`;
};

const fileAt = (repository: string, path: string, ref: string): string => `${repository}//${path}@${ref}`;
