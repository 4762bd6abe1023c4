import semver from "semver";
import { parseExpertKey, type VersionRequest } from "../definition/expert-name.ts";
import type { AuditFinding } from "./audit-finding.ts";
import type { IndexState, PublishedVersion } from "./index-file.ts";
import { isForSecurity } from "./index-line.ts";
import { definitionPath, sha256 } from "./index-path.ts";
import type { Pin } from "./pin.ts";
import { newestFirst } from "./select-version.ts";
import { meantBy } from "./version-word.ts";

/** An Expert of elsewhere as a lock pins it. */
export type PinnedExpert = { readonly key: string; readonly name: string; readonly version: string } & {
  readonly pin: Pin;
};

/**
 * What the index of its registry says of a pinned Expert: whether it is still what was locked, what is thought of it
 * since, and what would take its place.
 *
 * @param index.definition what the index keeps under the pinned digest
 */
export const auditIndexed = (
  pinned: PinnedExpert,
  index: {
    readonly registry: string;
    readonly state: IndexState;
    readonly definition: Uint8Array | undefined;
  },
): readonly AuditFinding[] => {
  const { registry, state, definition } = index;
  const published = state.versions.get(pinned.version);
  if (published === undefined) return [notPublished(pinned, registry)];
  const other = otherContent(pinned, published, registry);
  return [
    ...other,
    // What was never published there is not kept there either.
    ...(other.length === 0 ? keptOtherwise(pinned, definition, registry) : []),
    ...rated(pinned, published, state),
    ...newer(pinned, state),
  ];
};

/** What its tag names now, which locked runs never look at. @param now nothing when the tag is gone */
export const auditTag = ({ key, pin }: PinnedExpert, now: string | undefined): readonly AuditFinding[] => {
  if (pin.tag === "" || now === pin.commit) return [];
  if (now !== undefined) {
    return [
      {
        ...{ level: "error", code: "TAG_MOVED", subject: key },
        message: `The tag ${pin.tag} of ${pin.source} named ${pin.commit}, and names ${now} now.`,
        remedy:
          "Ask its owners why. What is locked goes on being what it was; do not lock anew before you know.",
      },
    ];
  }
  const kept = pin.registry === undefined ? "" : " The registry's index keeps the definition.";
  return [
    {
      ...{ level: "info", code: "TAG_MISSING", subject: key },
      message: `${pin.source} has no tag ${pin.tag} any more.${kept}`,
      remedy: "Nothing has to be done: the lock goes by the commit and the digest.",
    },
  ];
};

const notPublished = ({ key }: PinnedExpert, registry: string): AuditFinding => ({
  ...{ level: "error", code: "VERSION_NOT_FOUND", subject: key },
  message: `The index of ${registry} does not have it.`,
  remedy: "See who changed perstack.lock, and make it anew with `expert-stack lock`.",
});

const otherContent = (
  { key, pin }: PinnedExpert,
  { line }: PublishedVersion,
  registry: string,
): readonly AuditFinding[] => {
  const differing = [
    ["sha256", pin.sha256, line.sha256],
    ["commit", pin.commit, line.src.commit],
    ["blob", pin.blob, line.blob],
    ["source", pin.source, line.src.repo],
    ["tag", pin.tag, line.src.tag],
    ["path", pin.path, line.src.path],
  ] as const;
  return differing
    .filter(([, locked, indexed]) => locked !== indexed)
    .slice(0, 1)
    .map(([what, locked, indexed]) => ({
      ...{ level: "error", code: "DIGEST_MISMATCH", subject: key },
      message: `perstack.lock says ${what} ${locked}, and the index of ${registry} says ${indexed}.`,
      remedy: "See who changed perstack.lock; what it says was not published there.",
    }));
};

const keptOtherwise = (
  { key, pin }: PinnedExpert,
  definition: Uint8Array | undefined,
  registry: string,
): readonly AuditFinding[] => {
  const where = `${registry}/${definitionPath(pin.sha256)}`;
  const got = definition === undefined ? undefined : sha256(definition);
  if (got === pin.sha256) return [];
  const message =
    got === undefined
      ? `${where} is gone, which keeps the definition.`
      : `Expected sha256 ${pin.sha256}, got ${got} from ${where}.`;
  const code = got === undefined ? "INDEX_CORRUPT" : "DIGEST_MISMATCH";
  const remedy = "Tell the registry's owners: nothing in an index is ever changed or taken away.";
  return [{ level: "error", code, subject: key, message, remedy }];
};

const rated = (
  { key, name, version, pin }: PinnedExpert,
  { status, reason = "" }: PublishedVersion,
  state: IndexState,
): readonly AuditFinding[] => {
  if (status === "available") return [];
  const message = reason === "" ? "No reason is given." : reason;
  const stuck = pin.requests.filter((text) => {
    const other = newestFitting(state, meantBy(parseExpertKey(text)?.request));
    return other === undefined || other === version;
  });
  const remedy =
    stuck.length === 0
      ? `Lock another version: \`expert-stack lock --update ${name}\`.`
      : `No other version fits ${stuck.map((text) => `"${text}"`).join(", ")}. Ask for another one where that is written: in the manifest, in a workflow, or by the owners of the Expert that delegates to it.`;
  if (status === "deprecated")
    return [{ level: "warning", code: "VERSION_DEPRECATED", subject: key, message, remedy }];
  const level = isForSecurity(reason) ? "critical" : "error";
  return [{ level, code: "VERSION_DISABLED", subject: key, message, remedy }];
};

const newer = ({ key, name, version, pin }: PinnedExpert, state: IndexState): readonly AuditFinding[] =>
  pin.requests.flatMap((text) => {
    const fits = newestFitting(state, meantBy(parseExpertKey(text)?.request));
    if (fits === undefined || !semver.gt(fits, version)) return [];
    return [
      {
        ...({ level: "info", code: "NEWER_VERSION", subject: key } as const),
        message: `${fits} fits "${text}".`,
        remedy: `\`expert-stack info ${name} --diff ${version} ${fits}\` shows what it changes, \`expert-stack lock --update ${name}\` takes it.`,
      },
    ];
  });

const newestFitting = (state: IndexState, request: VersionRequest | undefined): string | undefined => {
  if (request?.type === "exact") return undefined;
  const usable = newestFirst(state).filter(({ status }) => status !== "disabled");
  if (request?.type === "tag") {
    return usable.find(({ line }) => line.version === state.tags.get(request.tag))?.line.version;
  }
  return usable.find(({ line }) => semver.satisfies(line.version, request?.range ?? "*"))?.line.version;
};
