import { parseExpertKey } from "../definition/expert-name.ts";
import type { Manifest } from "../definition/manifest.ts";
import { ExpertStackError } from "../errors.ts";
import type { LockedExpert, Lockfile } from "../registry/lockfile.ts";
import { registryAddresses, registryBook } from "../registry/registry-book.ts";
import { visible } from "../report/visible.ts";
import { refuseMovedTags } from "../run/registry/moved-tags.ts";
import { delegateAskers, registryRequests } from "../run/registry/registry-requests.ts";
import { type Resolution, resolveRegistry } from "../run/registry/resolve-registry.ts";
import { lockedNotes } from "./locked-notes.ts";
import type { Terminal } from "./terminal.ts";
import { terminalRegistries } from "./terminal-registries.ts";

export type LockWish = {
  readonly manifest: Manifest;
  readonly references: readonly string[];
  /** The workflow that runs it, by reference. */
  readonly workflows: ReadonlyMap<string, string>;
  readonly before: Lockfile | undefined;
  readonly update: true | string | undefined;
  readonly registry: string;
  readonly checkout: string;
};

/** What a lock says of Experts of elsewhere. */
export type FoundForLock = Pick<Lockfile, "registries" | "indexes"> & {
  readonly experts: readonly Omit<LockedExpert, "toolDefinitions">[];
};

/** Everything that the manifest's Experts delegate to and what is named besides; what is locked stays as it is. */
export const foundForLock = async (wish: LockWish, terminal: Terminal): Promise<FoundForLock> => {
  const { manifest, before, update } = wish;
  const wanted = [...manifest.experts.keys(), ...wish.references];
  const requests = [...new Set(wanted.flatMap((key) => registryRequests(manifest, key)))];
  const book = registryBook(manifest, wish.registry);
  if (requests.length === 0) {
    if (typeof update === "string") throw notUsed(update, []);
    return { experts: [], registries: new Map(), indexes: new Map() };
  }
  await using registries = terminalRegistries(terminal, wish.checkout);
  const resolution = await resolveRegistry(
    {
      ...{ requests, askers: askersOf(wish), book, unlocked: "resolve" },
      ...(before === undefined ? {} : { lockfile: before }),
      isRenewed: (request) => update === true || (update !== undefined && isOf(request, update)),
    },
    registries,
    terminal.stop,
  );
  const used = resolution.experts.flatMap(({ pin }) => pin.requests);
  if (typeof update === "string" && !used.some((request) => isOf(request, update)))
    throw notUsed(update, used);
  const known = registryAddresses(manifest, wish.registry);
  const from = { known, registries, signal: terminal.stop };
  for (const because of await refuseMovedTags(resolution.experts, before, from)) {
    terminal.err(`warning: Whether tags were moved is not known. ${visible(because)}\n`);
  }
  for (const { text } of lockedNotes(resolution.usage)) terminal.err(`warning: ${visible(text)}\n`);
  return { experts: resolution.experts, ...remembered(resolution, before) };
};

const askersOf = ({ manifest, workflows }: LockWish): ReadonlyMap<string, string> =>
  new Map([
    ...[...workflows].map(([text, file]) => [text, `${file} runs`] as const),
    ...delegateAskers(manifest),
  ]);

const isOf = (request: string, name: string): boolean => request === name || request.startsWith(`${name}@`);

const notUsed = (name: string, requests: readonly string[]): ExpertStackError => {
  const names = [...new Set(requests.map((text) => parseExpertKey(text)?.name ?? text))].sort();
  return new ExpertStackError({
    code: "INPUT_INVALID",
    message: `--update is "${name}", which nothing here asks for.`,
    remedy:
      names.length === 0
        ? "No Expert of elsewhere is: leave the name out to renew packages."
        : `It must be one of ${names.join(", ")}, without a version.`,
  });
};

/** What was not looked at now is remembered from before, as long as something of it is locked. */
const remembered = (
  { experts, usage }: Resolution,
  before: Lockfile | undefined,
): Pick<Lockfile, "registries" | "indexes"> => {
  const names = new Set(experts.map(({ key }) => key.slice(0, key.indexOf("@", 1))));
  const registries = new Set(experts.map(({ pin }) => pin.registry));
  return {
    indexes: new Map([...(before?.indexes ?? []), ...usage.indexes].filter(([name]) => names.has(name))),
    registries: new Map(
      [...(before?.registries ?? []), ...usage.registries].filter(([id]) => registries.has(id)),
    ),
  };
};
