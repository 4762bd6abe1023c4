import type { RegistryAddress } from "../../definition/registry-address.ts";
import { type AuditFinding, refusedFor } from "../../registry/audit-finding.ts";
import { auditIndexed, type PinnedExpert } from "../../registry/audit-indexed.ts";
import { definitionPath, indexPath } from "../../registry/index-path.ts";
import { indexText } from "../../registry/index-text.ts";
import { knownBadPath, knownBadReason, parseKnownBad } from "../../registry/known-bad.ts";
import type { Lockfile } from "../../registry/lockfile.ts";
import type { Registries } from "../registry-ports.ts";
import { readState } from "./index-choice.ts";

type Of = {
  readonly address: RegistryAddress;
  /** Those that are pinned to this registry. */
  readonly members: readonly PinnedExpert[];
  /** What its list of what is harmful is held against: a definition is the same wherever it comes from. */
  readonly all: readonly PinnedExpert[];
  readonly lockfile: Lockfile;
};

/**
 * What one registry says of the Experts that are pinned to it.
 *
 * @throws ExpertStackError REGISTRY_UNREACHABLE, PATH_ESCAPE or INDEX_CORRUPT where it says nothing at all
 */
export const auditRegistry = async (
  { address, members, all, lockfile }: Of,
  registries: Registries,
  signal: AbortSignal,
): Promise<readonly AuditFinding[]> => {
  const snapshot = await registries.open(address, signal);
  const paths = members.flatMap(({ name, pin }) => [indexPath(name), definitionPath(pin.sha256)]);
  const files = await snapshot.read([...new Set([...paths, knownBadPath])], signal);
  const about = members.flatMap((pinned) => {
    try {
      const lines = files.get(indexPath(pinned.name));
      const state = readState(pinned.name, lines, { registry: address, lockfile });
      const definition = files.get(definitionPath(pinned.pin.sha256));
      if (state === undefined) return [missing(pinned, address)];
      const held = auditIndexed(pinned, { registry: address.id, state, definition });
      return [...notRemembered(pinned, address, lockfile), ...held];
    } catch (error) {
      return [refusedFor(error, pinned.key)];
    }
  });
  const list = files.get(knownBadPath);
  return list === undefined ? about : [...about, ...harmful(address, list, all)];
};

/** Without it nobody would see that an index was rewound. */
const notRemembered = (
  { key, name }: PinnedExpert,
  { id }: RegistryAddress,
  { indexes }: Lockfile,
): readonly AuditFinding[] => {
  if (indexes.get(name)?.registry === id) return [];
  return [
    {
      ...{ level: "error", code: "LOCK_INVALID", subject: key },
      message: `perstack.lock does not say how far the index of ${name} in ${id} was: [indexes."${name}"] is missing.`,
      remedy: "See who changed perstack.lock, and make it anew with `expert-stack lock`.",
    },
  ];
};

const missing = ({ key, name }: PinnedExpert, { id }: RegistryAddress): AuditFinding => ({
  ...{ level: "error", code: "VERSION_NOT_FOUND", subject: key },
  message: `${id} has no Expert ${name}.`,
  remedy: "See who changed perstack.lock, and make it anew with `expert-stack lock`.",
});

/** By name only what comes from this registry: another one may have the same name. */
const harmful = (
  { id }: RegistryAddress,
  list: Uint8Array,
  all: readonly PinnedExpert[],
): readonly AuditFinding[] => {
  const where = `${id}/${knownBadPath}`;
  try {
    const known = parseKnownBad(indexText({ content: list }, where), where);
    return all.flatMap((pinned) => {
      const name = pinned.pin.registry === id ? pinned.name : "";
      const { version, pin } = pinned;
      const reason = knownBadReason(known, { name, version, sha256: pin.sha256 });
      return reason === undefined ? [] : [knownBad(pinned, id, reason)];
    });
  } catch (error) {
    return [refusedFor(error, where)];
  }
};

const knownBad = ({ key, name }: PinnedExpert, id: string, reason: string): AuditFinding => ({
  ...{ level: "critical", code: "KNOWN_BAD", subject: key },
  message: `${id} lists it as known to be harmful: ${reason}`,
  remedy: `Do not run it. Lock another version, \`expert-stack lock --update ${name}\`; where none fits, ask for another one.`,
});
