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
  /** Who asks, for messages, as it goes on from "which": `@acme/x@1.2.3 delegates to`. */
  readonly asker?: string;
};

/**
 * @throws ExpertStackError REFERENCE_INVALID for a name without a scope: it is one of the consumer's own, which is nobody
 *   else's business
 */
export const askedFor = (text: string, from: Omit<AskedBy, "text"> = {}): Asked => {
  const asked = { text, ...from };
  const reference = parseExpertReference(text);
  // A published definition names no files: a line that says so would have anybody fetch from anywhere.
  if (reference.type === "github" && from.by === undefined)
    return { type: "file", ...asked, file: reference };
  const key = parseExpertKey(text);
  if (key?.scope !== undefined) return { type: "registry", ...asked, key: { ...key, scope: key.scope } };
  throw new ExpertStackError({
    code: "REFERENCE_INVALID",
    message: `${from.by ?? "The manifest"} delegates to "${text}", which is no name of a registry: an Expert of elsewhere sees none of this manifest.`,
    remedy: "Tell its author: delegates of a published Expert are @scope/name, perhaps with @version.",
  });
};
