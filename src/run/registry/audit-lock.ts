import type { RegistryAddress } from "../../definition/registry-address.ts";
import { type AuditFinding, auditLevels, refusedFor } from "../../registry/audit-finding.ts";
import { auditTag, type PinnedExpert } from "../../registry/audit-indexed.ts";
import type { Lockfile } from "../../registry/lockfile.ts";
import type { Registries } from "../registry-ports.ts";
import { auditRegistry } from "./audit-registry.ts";
import { isBeside, sourceTags } from "./source-tags.ts";

export type Audit = {
  readonly experts: readonly PinnedExpert[];
  /** The worst first. */
  readonly findings: readonly AuditFinding[];
};

type Audited = { readonly lockfile: Lockfile; readonly known: readonly RegistryAddress[] };

/**
 * Holds what a lock pins against the indexes of its registries, the tags that it was published by, and what the
 * registries know to be harmful. Each registry and each source repository is asked once; nothing is run.
 *
 * Whoever wrote the lock or a line of an index is not let to send the asking to a host of their choice: only registries
 * that the manifest names are asked, and repositories beside them.
 *
 * @param audited.known the registries that the manifest names
 */
export const auditLock = async (
  { lockfile, known }: Audited,
  registries: Registries,
  signal: AbortSignal,
): Promise<Audit> => {
  const experts = pinnedOf(lockfile);
  const knownOf = (id: string | undefined) => known.find((address) => address.id === id);
  const strange = experts.filter(({ pin }) => pin.registry !== undefined && !knownOf(pin.registry));
  const tagged = experts.filter((pinned) => pinned.pin.tag !== "" && !strange.includes(pinned));
  const groups = Map.groupBy(experts, ({ pin }) => knownOf(pin.registry));
  const sources = Map.groupBy(
    tagged.filter(({ pin }) => isBeside(pin)),
    ({ pin }) => pin.source,
  );
  const found = await Promise.all([
    ...[...groups].map(async ([address, members]) => {
      if (address === undefined) return [];
      const of = { address, members, all: experts, lockfile };
      return await noted(address.id, signal, async () => await auditRegistry(of, registries, signal));
    }),
    ...[...sources].map(([id, members]) =>
      noted(id, signal, async () => {
        const tags = members.map(({ pin }) => pin.tag);
        const commits = await sourceTags(id, tags, { known, registries, signal });
        return members.flatMap((pinned) => auditTag(pinned, commits.get(pinned.pin.tag)));
      }),
    ),
  ]);
  const unasked = tagged.filter(({ pin }) => !isBeside(pin)).map(tagNotAsked);
  const findings = distinct([...strange.map(notNamed), ...unasked, ...found.flat()]);
  return { experts, findings: sorted(findings) };
};

const tagNotAsked = ({ key, pin }: PinnedExpert): AuditFinding => ({
  ...{ level: "warning", code: "TAG_NOT_ASKED", subject: key },
  message: `Its tag is in ${pin.source}, at another host than its registry: it was not asked.`,
  remedy: "Look yourself whether the tag still names the commit, if you trust that host.",
});

const notNamed = ({ key, pin }: PinnedExpert): AuditFinding => ({
  ...{ level: "error", code: "LOCK_OUTDATED", subject: key },
  message: `perstack.lock has it from ${pin.registry}, and the manifest names no such registry: it was not asked.`,
  remedy: "Name it under [registries] or by `--registry`, or make the lock anew with `expert-stack lock`.",
});

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
