import type { Expert } from "../../definition/expert.ts";
import { ExpertStackError } from "../../errors.ts";
import type { Lockfile } from "../../registry/lockfile.ts";
import type { Pin } from "../../registry/pin.ts";
import { readPublishedDefinition } from "../../registry/published-definition.ts";
import type { RegistryBook } from "../../registry/registry-book.ts";
import type { Registries } from "../registry-ports.ts";
import type { Choice } from "./choice.ts";
import { chooseLevel, type Unlocked } from "./choose-level.ts";
import { fetchDefinitions } from "./fetch-definitions.ts";
import { openRegistries, type Usage } from "./open-registries.ts";
import { refuseCycle } from "./refuse-cycle.ts";
import { walk } from "./walk.ts";

export type RegistryWish = {
  /** `@acme/x@1`, `github:owner/repo//path@tag`. */
  readonly requests: readonly string[];
  /** Who wants each, for messages, as it goes on from "which": `.github/workflows/review.yml runs`. */
  readonly askers?: ReadonlyMap<string, string>;
  readonly book: RegistryBook;
  readonly lockfile?: Lockfile;
  readonly unlocked: Unlocked;
  /** Whether a request is to be looked up although the lock answers it. */
  readonly isRenewed?: (request: string) => boolean;
};

/** An Expert of elsewhere, its delegates as it asks for them. */
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
  const chosen = await walk(wish.requests, (level) => chooseLevel(level, { ...wish, ...from }), wish.askers);
  const choices = [...new Map([...chosen.values()].map((choice) => [choice.key, choice])).values()];
  const keys = new Map([...chosen].map(([request, { key }]) => [request, key]));
  refuseTwins([...chosen.values()]);
  refuseCycle(graphOf(choices, keys));
  const contents = await fetchDefinitions(choices, from);
  return {
    experts: choices.map((choice) => found(choice, { content: contents.get(choice.pin.sha256), keys })),
    keys,
    unlocked: [...chosen].flatMap(([request, choice]) => (mayChange(choice) ? [request] : [])),
    usage: opened.usage(),
  };
};

const graphOf = (choices: readonly Choice[], keys: ReadonlyMap<string, string>) =>
  new Map(
    choices.map(({ key, delegates }) => [
      key,
      { delegates: delegates.map((request) => keys.get(request) ?? request) },
    ]),
  );

/** Whether another job may find another version; a file at a commit is always the same. */
const mayChange = ({ by, pin }: Choice): boolean => by === "index" || (by === "file" && pin.tag !== "");

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
  if (expert.delegates.join() !== choice.delegates.join()) throw otherDelegates(choice, expert.delegates);
  const requests = [...keys].flatMap(([request, answer]) => (answer === key ? [request] : [])).sort();
  return { key, expert, pin: { ...pin, requests } };
};

/** Whoever chose it went by another list of delegates than its definition has. */
const otherDelegates = (choice: Choice, delegates: readonly string[]): ExpertStackError => {
  const [said, is] = [choice.delegates, delegates].map((names) => names.join(", ") || "nobody");
  return choice.by === "lock"
    ? new ExpertStackError({
        code: "LOCK_INVALID",
        message: `perstack.lock says that ${choice.key} delegates to ${said}, and it delegates to ${is}.`,
        remedy: "See who changed perstack.lock, and make it anew with `expert-stack lock`.",
      })
    : new ExpertStackError({
        code: "INDEX_CORRUPT",
        message: `${choice.key} delegates to ${is}, and the index of ${choice.pin.registry} says to ${said}.`,
        remedy: "Tell the registry's owners.",
      });
};
