import type { Expert } from "../../definition/expert.ts";
import { ExpertStackError } from "../../errors.ts";
import type { Lockfile } from "../../registry/lockfile.ts";
import type { Pin } from "../../registry/pin.ts";
import { readPublishedDefinition } from "../../registry/published-definition.ts";
import type { RegistryBook } from "../../registry/registry-book.ts";
import type { Registries } from "../registry-ports.ts";
import type { Asked, Choice } from "./choice.ts";
import { fetchDefinitions } from "./fetch-definitions.ts";
import { chooseFile, isCommit } from "./file-choice.ts";
import { chooseIndexed } from "./index-choice.ts";
import { lockedChoice } from "./locked-choice.ts";
import { openRegistries, type Usage } from "./open-registries.ts";
import { walk } from "./walk.ts";

/** Why nothing may be looked up that the lock does not hold. */
export type Unlocked = "resolve" | "refuse: frozen" | "refuse: untrusted";

export type RegistryWish = {
  /** `@acme/x@1`, `github:owner/repo//path@tag`. */
  readonly requests: readonly string[];
  readonly book: RegistryBook;
  readonly lockfile?: Lockfile;
  readonly unlocked: Unlocked;
  /** Whether a request is to be looked up although the lock answers it. */
  readonly isRenewed?: (request: string) => boolean;
};

/** An Expert of elsewhere as it is run, its delegates by their keys. */
export type FoundExpert = { readonly key: string; readonly expert: Expert; readonly pin: Pin };

export type Resolution = {
  readonly experts: readonly FoundExpert[];
  /** The key of the Expert that answers each request. */
  readonly keys: ReadonlyMap<string, string>;
  /** Requests that the lock does not hold. */
  readonly unlocked: readonly string[];
  readonly usage: Usage;
};

/**
 * Finds Experts of registries and repositories, and all that they delegate to.
 *
 * @throws ExpertStackError with the code of what is wrong; nothing has been run by then
 */
export const resolveRegistry = async (
  wish: RegistryWish,
  registries: Registries,
  signal: AbortSignal,
): Promise<Resolution> => {
  const opened = openRegistries(registries, signal);
  const from = { registries, opened, lockfile: wish.lockfile, signal };
  const chosen = await walk(wish.requests, (level) => chooseLevel(level, wish, from));
  const choices = [...new Map([...chosen.values()].map((choice) => [choice.key, choice])).values()];
  refuseTwins([...chosen.values()]);
  const contents = await fetchDefinitions(choices, from);
  const keys = new Map([...chosen].map(([request, { key }]) => [request, key]));
  return {
    experts: choices.map((choice) => found(choice, { content: contents.get(choice.pin.sha256), keys })),
    keys,
    unlocked: [...chosen].flatMap(([request, { by }]) =>
      by === "lock" || isPinned(request) ? [] : [request],
    ),
    usage: opened.usage(),
  };
};

/** A file at a full commit id is what it is, with or without a lock. */
const isPinned = (request: string): boolean =>
  request.startsWith("github:") && isCommit(request.slice(request.lastIndexOf("@") + 1));

type Choosing = Parameters<typeof fetchDefinitions>[1];

const chooseLevel = async (
  level: readonly Asked[],
  { book, lockfile, unlocked, isRenewed = () => false }: RegistryWish,
  from: Choosing,
): Promise<readonly Choice[]> => {
  const placed = level.map((asked) => ({
    asked,
    place: asked.type === "file" ? asked : book.placeOf(asked.key),
  }));
  const chosen = new Map<Asked, Choice>();
  for (const { asked, place } of placed) {
    const choice = isRenewed(asked.text) ? undefined : lockedChoice(lockfile, asked, place);
    if (choice !== undefined) chosen.set(asked, choice);
    else if (unlocked !== "resolve" && !isPinned(asked.text)) throw notLocked(asked.text, unlocked);
  }
  const open = placed.filter(({ asked }) => !chosen.has(asked));
  const files = open.flatMap(({ asked, place }) =>
    place.type === "file" ? [{ asked, file: place.file }] : [],
  );
  const groups = Map.groupBy(
    open.flatMap(({ asked, place }) =>
      asked.type === "registry" && place.type === "registry" ? [{ asked, address: place.address }] : [],
    ),
    ({ address }) => address.url,
  );
  await Promise.all([
    ...files.map(async ({ asked, file }) => chosen.set(asked, await chooseFile(asked, file, from))),
    ...[...groups.values()].map(async (group) => {
      const [{ address } = { address: undefined }] = group;
      if (address === undefined) return;
      const all = group.map(({ asked }) => asked);
      const choices = await chooseIndexed(all, await from.opened.open(address), lockfile);
      for (const [index, choice] of choices.entries()) {
        const asked = all[index];
        if (asked !== undefined) chosen.set(asked, choice);
      }
    }),
  ]);
  return level.flatMap((asked) => chosen.get(asked) ?? []);
};

const notLocked = (request: string, why: Exclude<Unlocked, "resolve">): ExpertStackError =>
  new ExpertStackError({
    code: "LOCK_OUTDATED",
    message: `perstack.lock does not hold "${request}"${why === "refuse: frozen" ? "" : ", and this trigger is untrusted"}.`,
    remedy: `Run \`expert-stack lock\` and commit the result${why === "refuse: frozen" ? "" : ", or set `allow-unlocked: true`"}.`,
  });

/** The same name and version from an index and from a file somebody names would be two Experts with one key. */
const refuseTwins = (choices: readonly Choice[]): void => {
  const digests = new Map<string, string>();
  for (const { key, pin } of choices) {
    const before = digests.get(key) ?? pin.sha256;
    digests.set(key, before);
    if (before === pin.sha256) continue;
    throw new ExpertStackError({
      code: "DIGEST_MISMATCH",
      message: `${key} is asked for in two ways, which find sha256:${before} and sha256:${pin.sha256}.`,
      remedy: "Name it in one way only.",
    });
  }
};

const found = (
  choice: Choice,
  {
    content = new Uint8Array(),
    keys,
  }: { readonly content: Uint8Array | undefined; readonly keys: ReadonlyMap<string, string> },
): FoundExpert => {
  const { key, name, version, pin } = choice;
  const { expert } = readPublishedDefinition(content, { file: key, name, version });
  if (expert.delegates.join() !== choice.delegates.join()) {
    throw new ExpertStackError({
      code: "DEFINITION_INVALID",
      message: `${key} delegates to ${expert.delegates.join(", ") || "nobody"}, and was listed with ${choice.delegates.join(", ") || "nobody"}.`,
      remedy: "Tell the registry's owners.",
    });
  }
  const requests = [...keys].flatMap(([request, answer]) => (answer === key ? [request] : [])).sort();
  const delegates = expert.delegates.map((request) => keys.get(request) ?? request);
  return { key, expert: { ...expert, delegates: [...new Set(delegates)] }, pin: { ...pin, requests } };
};
