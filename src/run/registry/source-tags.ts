import {
  parseRegistryAddress,
  type RegistryAddress,
  repositoryHost,
} from "../../definition/registry-address.ts";
import type { Pin } from "../../registry/pin.ts";
import type { Registries } from "../registry-ports.ts";

type From = {
  /** The registries that the manifest names. */
  readonly known: readonly RegistryAddress[];
  readonly registries: Registries;
};

/** Whether its repository is at the host that is trusted with the asking: its registry's, or GitHub for a file. */
export const isBeside = ({ source, registry }: Pick<Pin, "source" | "registry">): boolean =>
  repositoryHost(source) === repositoryHost(registry ?? "github.com");

/** The commits that tags of a source repository name now, those that are there: one fetch. */
export const sourceTags = async (
  source: string,
  tags: readonly string[],
  { known, registries, signal }: From & { readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, string>> => {
  const address =
    known.find(({ id }) => id === source) ?? parseRegistryAddress(`https://${source}.git`, "perstack.lock");
  return await registries.tags(address, [...new Set(tags)], signal);
};
