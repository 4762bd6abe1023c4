import type { Lockfile } from "../../registry/lockfile.ts";
import type { NamePlace } from "../../registry/registry-book.ts";
import type { Asked, Choice } from "./choice.ts";
import { repositoryOf } from "./file-choice.ts";

/**
 * What the lock says to a request, as long as the name is still looked for where it was found.
 *
 * @param place nothing for a file that is asked for itself
 */
export const lockedChoice = (
  lockfile: Lockfile | undefined,
  asked: Asked,
  place: NamePlace,
): Choice | undefined => {
  const found = lockfile?.experts.find(({ pin }) => pin?.requests.includes(asked.text));
  if (found?.pin === undefined) return undefined;
  const { requests: _requests, ...pin } = found.pin;
  const isThere =
    place.type === "registry"
      ? pin.registry === place.address.id
      : pin.registry === undefined && pin.source === repositoryOf(place.file) && pin.path === place.file.path;
  if (!isThere) return undefined;
  const name = found.key.slice(0, found.key.indexOf("@", 1));
  return {
    ...{ key: found.key, name, version: found.expert.version, pin },
    ...(place.type === "registry" ? { registry: place.address } : {}),
    delegates: found.expert.delegates,
    by: "lock",
  };
};
