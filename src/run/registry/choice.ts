import { type ExpertKey, parseExpertKey } from "../../definition/expert-name.ts";
import { parseExpertReference } from "../../definition/expert-reference.ts";
import type { RegistryAddress } from "../../definition/registry-address.ts";
import { ExpertStackError } from "../../errors.ts";
import type { Pin } from "../../registry/pin.ts";
import type { FileReference } from "../../registry/registry-book.ts";

/** A version that was chosen for a request, before its definition is at hand. */
export type Choice = {
  /** `@acme/x@1.2.3`: the Expert's key in the job. */
  readonly key: string;
  readonly name: string;
  readonly version: string;
  readonly pin: Omit<Pin, "requests">;
  /** Whose index it is in; a file that was named directly is in none. */
  readonly registry?: RegistryAddress;
  /** What it delegates to: requests. */
  readonly delegates: readonly string[];
  /** Its definition, where it had to be read to choose it. */
  readonly content?: Uint8Array;
  /** Whether the lock chose it. */
  readonly by: "lock" | "index" | "file";
};

/** A request as people write it, taken apart. */
export type Asked =
  | (AskedBy & { readonly type: "registry"; readonly key: ExpertKey & { readonly scope: string } })
  | (AskedBy & { readonly type: "file"; readonly file: FileReference });

type AskedBy = {
  readonly text: string;
  /** `@acme/x@1.2.3`: the Expert of elsewhere that delegates to it; missing where the consumer asks. */
  readonly by?: string;
};

/**
 * @param by the Expert of elsewhere that delegates to it
 * @throws ExpertStackError REFERENCE_INVALID for a name without a scope: it is one of the consumer's own, which is nobody
 *   else's business
 */
export const askedFor = (text: string, by?: string): Asked => {
  const asked = { text, ...(by === undefined ? {} : { by }) };
  const reference = parseExpertReference(text);
  if (reference.type === "github") return { type: "file", ...asked, file: reference };
  const key = parseExpertKey(text);
  if (key?.scope !== undefined) return { type: "registry", ...asked, key: { ...key, scope: key.scope } };
  throw new ExpertStackError({
    code: "REFERENCE_INVALID",
    message: `${by ?? "The manifest"} delegates to "${text}", which is no name of a registry: an Expert of elsewhere sees none of this manifest.`,
    remedy: "Tell its author: delegates of a published Expert are @scope/name, perhaps with @version.",
  });
};
