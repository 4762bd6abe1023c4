import { ExpertStackError } from "../../errors.ts";
import type { PublishedVersion } from "../../registry/index-file.ts";
import type { Lockfile } from "../../registry/lockfile.ts";
import type { Choice } from "./choice.ts";
import { readStates } from "./index-choice.ts";
import type { OpenRegistry } from "./open-registries.ts";

/**
 * Holds what a lock chose against the index of its registry: it was published so, and what is thought of it since is
 * taken note of.
 *
 * @throws ExpertStackError VERSION_NOT_FOUND or DIGEST_MISMATCH where the lock says what was never published, and what an
 *   index is refused with
 */
export const holdAgainstIndex = async (
  locked: readonly Choice[],
  registry: OpenRegistry,
  lockfile: Lockfile | undefined,
): Promise<void> => {
  const states = await readStates(
    locked.map(({ name }) => name),
    registry,
    lockfile,
  );
  for (const choice of locked) {
    const state = states.get(choice.name);
    const published = state?.versions.get(choice.version);
    if (state === undefined || published === undefined) throw notPublished(choice, registry);
    refuseOther(choice, published, registry);
    registry.used(state, published);
  }
};

const refuseOther = ({ key, pin }: Choice, { line }: PublishedVersion, registry: OpenRegistry): void => {
  if (line.sha256 === pin.sha256) return;
  throw new ExpertStackError({
    code: "DIGEST_MISMATCH",
    message: `perstack.lock says that ${key} is sha256:${pin.sha256}, and ${registry.address.id} published sha256:${line.sha256}.`,
    remedy,
  });
};

const notPublished = ({ key }: Choice, registry: OpenRegistry): ExpertStackError =>
  new ExpertStackError({
    code: "VERSION_NOT_FOUND",
    message: `perstack.lock has ${key} from ${registry.address.id}, which never published it.`,
    remedy,
  });

const remedy = "See who changed perstack.lock, and make it anew with `expert-stack lock`.";
