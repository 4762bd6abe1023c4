import { deepestDelegation } from "../definition/delegation.ts";
import type { Expert } from "../definition/expert.ts";
import { parseExpertReference } from "../definition/expert-reference.ts";
import { isAtLeast } from "../definition/version.ts";
import { ExpertStackError } from "../errors.ts";

/** Delegations in a row: the Coordinator's delegate is the first. */
const deepest = 8;

/** @throws ExpertStackError DELEGATION_TOO_DEEP naming the way */
export const refuseDepth = (experts: ReadonlyMap<string, Expert>, coordinator: string): void => {
  const way = deepestDelegation(experts, coordinator);
  const delegations = way.length - 1;
  if (delegations <= deepest) return;
  throw new ExpertStackError({
    code: "DELEGATION_TOO_DEEP",
    message: `The Expert "${coordinator}" reaches ${delegations} delegations deep, and ${deepest} are allowed: ${way.join(" → ")}.`,
    remedy: "Let an Expert nearer to the first one delegate, or put two of them together.",
  });
};

/** @throws ExpertStackError FEATURE_NOT_AVAILABLE when the Expert asks for a newer version than this one */
export const refuseTooNew = (key: string, expert: Expert, runtimeVersion: string): void => {
  const wanted = expert.minRuntimeVersion;
  if (wanted === undefined || isAtLeast(runtimeVersion, wanted)) return;
  throw new ExpertStackError({
    code: "FEATURE_NOT_AVAILABLE",
    message: `The Expert "${key}" needs version ${wanted} or newer (\`minRuntimeVersion\`), and this is ${runtimeVersion}.`,
    remedy: "Use a newer release, or lower `minRuntimeVersion` if the Expert does without what is new in it.",
  });
};

/**
 * Refuses what is not a key of a manifest but names an Expert elsewhere. To be asked once the manifest is known not to
 * have it: `@scope/name` may be a key, too.
 *
 * @throws ExpertStackError FEATURE_NOT_AVAILABLE, or REFERENCE_INVALID when it names nothing anywhere
 */
export const refuseReference = (expert: string): void => {
  if (!/^github:|@/.test(expert) || parseExpertReference(expert).type === "key") return;
  throw new ExpertStackError({
    code: "FEATURE_NOT_AVAILABLE",
    message: `The Expert "${expert}" is of a registry or another repository, and only the manifest's own are looked at here.`,
    remedy: "Name a key of the manifest.",
  });
};
