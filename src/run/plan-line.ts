import { nearest } from "../definition/nearest.ts";
import { ExpertStackError } from "../errors.ts";
import { type IndexState, isForward } from "../registry/index-file.ts";
import type { IndexEntry } from "../registry/index-line.ts";
import type { PublishRequest } from "../registry/publish-request.ts";
import { requireOwners, scopeOf } from "../registry/scope-owners.ts";
import { selectVersion } from "../registry/select-version.ts";
import type { WantedLine } from "../registry/wanted-line.ts";
import { planPublish } from "./plan-publish.ts";
import type { PlannedLine, Signed } from "./planned-line.ts";
import type { RegistryRepository } from "./publishing-ports.ts";
import { linesAt, namesAt, ownersAt, registryPoint } from "./registry-index.ts";

/**
 * Judges a request by what the registry's branches and tags are now, and writes nothing.
 *
 * @throws ExpertStackError with the reason for which it is refused
 */
export const planLine = async (
  repository: RegistryRepository,
  request: PublishRequest,
  at: string,
): Promise<PlannedLine> => {
  const { wanted, people } = request;
  const { defaultBranch } = request.repository;
  const tags = wanted.type === "publish" ? { tags: wanted.tag.tag } : {};
  const point = await registryPoint(repository, { defaultBranch, ...tags });
  const signed = { by: `gh:${people[0].id}`, at };
  if (wanted.type === "publish") return await planPublish(repository, { request, wanted, point, signed });
  const { name, version } = wanted;
  const lines = await linesAt(repository, point, name);
  if (lines.state.versions.size === 0) throw unknown(wanted, await namesAt(repository, point));
  requireOwners(scopeOf(name), await ownersAt(repository, point, scopeOf(name)), people);
  return { point, name, version, entry: entryOf(wanted, lines.state, signed), ...lines };
};

const unknown = (
  { name, version }: Exclude<WantedLine, { type: "publish" }>,
  names: readonly string[],
): ExpertStackError => {
  const near = nearest(name, names).map((other) => `${other}@${version}`);
  return new ExpertStackError({
    code: "VERSION_NOT_FOUND",
    message: `There is no Expert ${name} in this registry.`,
    remedy:
      near.length === 0
        ? "See that the name is right and that the registry is the one you mean."
        : `Did you mean ${near.join(" or ")}?`,
  });
};

const entryOf = (
  wanted: Exclude<WantedLine, { type: "publish" }>,
  state: IndexState,
  signed: Signed,
): IndexEntry => {
  const { version } = wanted;
  switch (wanted.type) {
    case "tag":
      selectVersion(state, { type: "exact", version });
      return { t: "tag", name: wanted.word, version, ...signed };
    case "status": {
      const before = state.versions.get(version)?.status;
      // Says which versions there are.
      if (before === undefined) selectVersion(state, { type: "exact", version });
      if (before !== undefined && !isForward(before, wanted.to)) throw backward(wanted, before);
      return { t: "status", version, to: wanted.to, reason: wanted.reason, ...signed };
    }
    default:
      return wanted satisfies never;
  }
};

const backward = (
  { name, version, to }: Extract<WantedLine, { type: "status" }>,
  before: string,
): ExpertStackError =>
  new ExpertStackError({
    code: "PUBLISH_REFUSED",
    message: `${name}@${version} is ${before} and cannot become ${to}.`,
    remedy: "A version only gets worse. Publish a new one.",
  });
