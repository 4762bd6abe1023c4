import { reachableExperts } from "../../definition/delegation.ts";
import type { Manifest } from "../../definition/manifest.ts";

/**
 * What a job of the Expert needs from elsewhere: itself, when the manifest does not have it, or delegates of the
 * manifest's own Experts.
 */
export const registryRequests = (
  { experts }: Pick<Manifest, "experts">,
  expertKey: string,
): readonly string[] =>
  experts.has(expertKey) || !isElsewhere(expertKey)
    ? reachableExperts(experts, expertKey).missing.filter(isElsewhere)
    : [expertKey];

/** Whether it is no key of a manifest by its form: `@scope/name`, `github:…`. */
export const isElsewhere = (reference: string): boolean => /^(?:@|github:)/.test(reference);

/** Which Expert of the manifest asks for each Expert of elsewhere, as it goes on from "which". */
export const delegateAskers = ({ experts }: Pick<Manifest, "experts">): ReadonlyMap<string, string> =>
  new Map(
    [...experts].flatMap(([key, { delegates }]) =>
      delegates
        .filter((delegate) => isElsewhere(delegate) && !experts.has(delegate))
        .map((delegate) => [delegate, `the Expert "${key}" delegates to`] as const),
    ),
  );
