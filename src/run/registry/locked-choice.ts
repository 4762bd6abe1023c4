import { ExpertStackError } from "../../errors.ts";
import type { LockedExpert, Lockfile } from "../../registry/lockfile.ts";
import type { FileReference, NamePlace } from "../../registry/registry-book.ts";
import { mayAnswer } from "../../registry/select-version.ts";
import type { Asked, Choice } from "./choice.ts";
import { isCommit, repositoryOf } from "./file-choice.ts";

/**
 * What the lock says to a request, as long as the name is still looked for where it was found.
 *
 * @param place where the name is looked for, or the file itself that is asked for
 * @throws ExpertStackError LOCK_INVALID where what answers is none that the request can mean
 */
export const lockedChoice = (
  lockfile: Lockfile | undefined,
  asked: Asked,
  place: NamePlace,
): Choice | undefined => {
  const found = lockfile?.experts.find(({ pin }) => pin?.requests.includes(asked.text));
  if (found?.pin === undefined) return undefined;
  const { requests: _requests, ...pin } = found.pin;
  const isThere = place.type === "registry" ? pin.registry === place.address.id : isOfFile(pin, place.file);
  if (!isThere) return undefined;
  const name = found.key.slice(0, found.key.indexOf("@", 1));
  if (!isAnswer(asked, name, found)) throw forged(asked.text, found.key);
  return {
    ...{ key: found.key, name, version: found.expert.version, pin },
    ...(place.type === "registry" ? { registry: place.address } : {}),
    delegates: found.expert.delegates,
    by: "lock",
  };
};

/** A manifest that names another tag or commit than before asks for something else. */
const isOfFile = (pin: Choice["pin"], file: FileReference): boolean =>
  pin.registry === undefined &&
  pin.source === repositoryOf(file) &&
  pin.path === file.path &&
  (isCommit(file.ref) ? pin.tag === "" && pin.commit === file.ref : pin.tag === file.ref);

/**
 * A lock says which request its Expert answers, and nobody who reads its changes counts on `@acme/x` being another's.
 * A file is asked for by where it is, so that its name is its own.
 */
const isAnswer = (asked: Asked, name: string, { key, expert: { version } }: LockedExpert): boolean =>
  key === `${name}@${version}` &&
  (asked.type === "file" || (asked.key.name === name && mayAnswer(asked.key.request, version)));

const forged = (request: string, key: string): ExpertStackError =>
  new ExpertStackError({
    code: "LOCK_INVALID",
    message: `perstack.lock answers "${request}" with ${key}, which it is not.`,
    remedy: "See who changed perstack.lock, and make it anew with `expert-stack lock`.",
  });
