import { parseRegistryAddress, type RegistryAddress } from "../../definition/registry-address.ts";
import { type AuditFinding, auditLevels, refusedFor } from "../../registry/audit-finding.ts";
import { auditTag, type PinnedExpert } from "../../registry/audit-indexed.ts";
import type { Lockfile } from "../../registry/lockfile.ts";
import type { Registries } from "../registry-ports.ts";
import { auditRegistry } from "./audit-registry.ts";

export type Audit = {
  readonly experts: readonly PinnedExpert[];
  /** The worst first. */
  readonly findings: readonly AuditFinding[];
};

/**
 * Holds what a lock pins against the indexes of its registries, the tags that it was published by, and what the
 * registries know to be harmful. Each registry and each source repository is asked once; nothing is run.
 *
 * @param audited.known how the manifest says to reach registries; any other is reached by https
 */
export const auditLock = async (
  audited: { readonly lockfile: Lockfile; readonly known: readonly RegistryAddress[] },
  registries: Registries,
  signal: AbortSignal,
): Promise<Audit> => {
  const { lockfile, known } = audited;
  const experts = pinnedOf(lockfile);
  const addressOf = (id: string): RegistryAddress =>
    known.find((address) => address.id === id) ?? parseRegistryAddress(`https://${id}.git`, "perstack.lock");
  const indexed = experts.filter(({ pin }) => pin.registry !== undefined);
  const groups = [...Map.groupBy(indexed, ({ pin }) => pin.registry ?? "")];
  const sources = [...Map.groupBy(experts, ({ pin }) => pin.source)];
  const found = await Promise.all([
    ...groups.map(([id, members]) =>
      noted(id, signal, async () => {
        const address = addressOf(id);
        return await auditRegistry({ address, members, all: experts, lockfile }, registries, signal);
      }),
    ),
    ...sources.map(([id, members]) =>
      noted(id, signal, async () => {
        const tags = [...new Set(members.map(({ pin }) => pin.tag).filter((tag) => tag !== ""))];
        if (tags.length === 0) return [];
        const commits = await registries.tags(addressOf(id), tags, signal);
        return members.flatMap((pinned) => auditTag(pinned, commits.get(pinned.pin.tag)));
      }),
    ),
  ]);
  return { experts, findings: sorted(distinct(found.flat())) };
};

const pinnedOf = ({ experts }: Lockfile): readonly PinnedExpert[] =>
  experts.flatMap(({ key, expert: { version }, pin }) =>
    pin === undefined ? [] : [{ key, name: key.slice(0, key.indexOf("@", 1)), version, pin }],
  );

/** What one registry or repository is refused for is said, and the others are asked all the same. */
const noted = async (
  subject: string,
  signal: AbortSignal,
  look: () => Promise<readonly AuditFinding[]>,
): Promise<readonly AuditFinding[]> => {
  try {
    return await look();
  } catch (error) {
    signal.throwIfAborted();
    return [refusedFor(error, subject)];
  }
};

/** A registry that is also the source is out of reach once, not twice. */
const distinct = (findings: readonly AuditFinding[]): readonly AuditFinding[] => [
  ...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values(),
];

const sorted = (findings: readonly AuditFinding[]): readonly AuditFinding[] =>
  findings.toSorted(
    (a, b) => auditLevels.indexOf(a.level) - auditLevels.indexOf(b.level) || (a.subject < b.subject ? -1 : 1),
  );
