import semver, { Range, SemVer } from "semver";
import type { VersionRequest } from "../definition/expert-name.ts";
import { ExpertStackError } from "../errors.ts";
import type { IndexState, PublishedVersion } from "./index-file.ts";
import { meantBy } from "./version-word.ts";

/**
 * The version that a request means now: the highest that fits and is not disabled. Pre-releases only by their name or
 * a tag.
 *
 * @param request nothing, and `latest`, ask for the newest release
 * @param asker who asks, for messages, as it goes on from "which": `@acme/x@1.2.3 delegates to`
 * @throws ExpertStackError VERSION_NOT_FOUND with the nearest five, or VERSION_DISABLED
 */
export const selectVersion = (
  state: IndexState,
  request?: VersionRequest,
  asker?: string,
): PublishedVersion => {
  const wanted = { name: state.name, request: meantBy(request), asker };
  switch (wanted.request?.type) {
    case "exact":
      return usable(state.versions.get(wanted.request.version) ?? notFound(state, wanted), wanted);
    case "tag":
      return usable(
        state.versions.get(state.tags.get(wanted.request.tag) ?? "") ?? notFound(state, wanted),
        wanted,
      );
    default:
      return highest(state, wanted);
  }
};

/** Whether a version can be what was asked for. What a tag names, and which is the newest, is known from an index alone. */
export const mayAnswer = (request: VersionRequest | undefined, version: string): boolean => {
  switch (request?.type) {
    case "exact":
      return version === request.version;
    case "range":
      return semver.satisfies(version, request.range);
    default:
      return true;
  }
};

/** Every version, the newest first. */
export const newestFirst = ({ versions }: Pick<IndexState, "versions">): readonly PublishedVersion[] => {
  const known = sorted.get(versions);
  if (known !== undefined) return known;
  const all = [...versions.values()].map((version) => ({ version, at: new SemVer(version.line.version) }));
  const made = all.sort((a, b) => semver.rcompare(a.at, b.at)).map(({ version }) => version);
  sorted.set(versions, made);
  return made;
};

/** One index is asked for many a version, and comparing them is what takes its time. */
const sorted = new WeakMap<IndexState["versions"], readonly PublishedVersion[]>();

type Wanted = {
  readonly name: string;
  readonly request: VersionRequest | undefined;
  readonly asker: string | undefined;
};

const highest = (state: IndexState, wanted: Wanted): PublishedVersion => {
  const range = new Range(wanted.request?.type === "range" ? wanted.request.range : "*");
  let disabled: PublishedVersion | undefined;
  for (const version of newestFirst(state)) {
    if (!range.test(version.line.version)) continue;
    if (version.status !== "disabled") return version;
    disabled ??= version;
  }
  return disabled === undefined ? notFound(state, wanted) : usable(disabled, wanted);
};

const usable = (version: PublishedVersion, wanted: Wanted): PublishedVersion => {
  if (version.status !== "disabled") return version;
  throw new ExpertStackError({
    code: "VERSION_DISABLED",
    message: `${shown(wanted)}${forWhom(wanted)} is disabled: ${version.reason ?? "no reason is given"}.`,
    remedy: `Ask for another version: \`expert-stack info ${wanted.name}\` lists them.`,
  });
};

const notFound = (state: IndexState, wanted: Wanted): never => {
  const near = nearestVersions(state, wanted.request);
  const tags = [...state.tags.keys()].map((tag) => `@${tag}`);
  throw new ExpertStackError({
    code: "VERSION_NOT_FOUND",
    message: `There is no ${shown(wanted)}${forWhom(wanted).replace(/,$/, "")}.`,
    remedy:
      near.length === 0
        ? `No version of ${state.name} is published: see that the name is right.`
        : `There is ${[...near, ...tags].join(", ")}.`,
  });
};

const mostShown = 5;

/** Those around what was asked for; for a word or nothing, the newest. */
const nearestVersions = (state: IndexState, request: VersionRequest | undefined): readonly string[] => {
  const all = newestFirst(state).map(({ line }) => line.version);
  const asked =
    request?.type === "exact" ? request.version : (semver.minVersion(rangeOf(request)) ?? "0.0.0");
  const first =
    request === undefined || request.type === "tag" ? 0 : all.findIndex((v) => semver.lte(v, asked));
  const middle = first === -1 ? all.length : first;
  const start = Math.max(0, Math.min(middle - Math.ceil(mostShown / 2) + 1, all.length - mostShown));
  return all.slice(start, start + mostShown);
};

const rangeOf = (request: VersionRequest | undefined): string =>
  request?.type === "range" ? request.range : "*";

const forWhom = ({ asker }: Wanted): string => (asker === undefined ? "" : `, which ${asker},`);

const shown = ({ name, request }: Pick<Wanted, "name" | "request">): string => {
  if (request === undefined) return `release of ${name}`;
  if (request.type === "exact") return `${name}@${request.version}`;
  return request.type === "tag" ? `${name}@${request.tag}` : `${name}@${request.range.slice(1)}`;
};
