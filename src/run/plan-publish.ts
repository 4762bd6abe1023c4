import { ExpertStackError } from "../errors.ts";
import type { IndexState } from "../registry/index-file.ts";
import type { TreeFile } from "../registry/index-place.ts";
import type { PublishRequest } from "../registry/publish-request.ts";
import { type PublishedDefinition, readNewDefinition } from "../registry/published-definition.ts";
import { requireDistinctName } from "../registry/published-name.ts";
import { requireOwners, scopeOf } from "../registry/scope-owners.ts";
import type { WantedLine } from "../registry/wanted-line.ts";
import { checkDelegates } from "./check-delegates.ts";
import type { PlannedLine, Signed } from "./planned-line.ts";
import type { RegistryRepository } from "./publishing-ports.ts";
import { linesAt, namesAt, ownersAt, type RegistryPoint } from "./registry-index.ts";

type Publishing = {
  readonly request: PublishRequest;
  readonly wanted: Extract<WantedLine, { type: "publish" }>;
  readonly point: RegistryPoint;
  readonly signed: Signed;
};

/** Whether the tagged definition may become a version: all that can be judged by looking. */
export const planPublish = async (
  repository: RegistryRepository,
  publishing: Publishing,
): Promise<PlannedLine> => {
  const { request, wanted, point, signed } = publishing;
  const { tag, name: tagged, version, path } = wanted.tag;
  // A stranger's tag is not even looked into.
  if (tagged !== undefined) await requireScope(repository, publishing, tagged);
  const commit = await taggedCommit(repository, publishing);
  const file = await definitionFile(repository, { commit, path });
  const expected = { file: path, version, ...(tagged === undefined ? {} : { name: tagged }) };
  const { facts }: PublishedDefinition = readNewDefinition(file.content, expected);
  const { name } = facts;
  await requireScope(repository, publishing, name);
  const { text, state } = await linesAt(repository, point, name);
  requireNew(state, { tag, version, commit });
  const names = await namesAt(repository, point);
  if (tagged === undefined) await requireUnusedTag(repository, publishing, { names, commit });
  // Names that came before they could be compared must not keep each other from going on.
  if (state.versions.size === 0) requireDistinctName(name, names);
  await checkDelegates(facts, async (delegate) => (await linesAt(repository, point, delegate)).state);
  const { id, repo } = request.repository;
  const src = { repo, repoId: id, tag, commit, path };
  const entry = { t: "publish", ...facts, src, blob: file.id, ...signed } as const;
  return { point, name, version, entry, text, state, definition: file.content };
};

const requireScope = async (
  repository: RegistryRepository,
  { request, point }: Publishing,
  name: string,
): Promise<void> =>
  requireOwners(scopeOf(name), await ownersAt(repository, point, scopeOf(name)), request.people);

/** The commit that the tag names, if it is the one that was pushed and lies on the default branch. */
const taggedCommit = async (repository: RegistryRepository, publishing: Publishing): Promise<string> => {
  const { request, wanted, point } = publishing;
  const { tag } = wanted.tag;
  const commit = (await repository.tags()).get(tag);
  if (commit === undefined) {
    throw refused(`There is no tag ${tag}`, "Push the tag; a branch of that name publishes nothing.");
  }
  if (wanted.commit !== undefined && wanted.commit !== commit) {
    throw moved(tag, { before: wanted.commit, now: commit });
  }
  if (await repository.contains(point.trusted, commit)) return commit;
  const { defaultBranch } = request.repository;
  throw refused(
    `The commit ${commit} of ${tag} is not on ${defaultBranch}`,
    `Push or merge it into ${defaultBranch}, then publish the commit that is there.`,
  );
};

const definitionFile = async (
  repository: RegistryRepository,
  { commit, path }: { readonly commit: string; readonly path: string },
): Promise<TreeFile> => {
  const file = await repository.file(commit, path);
  if (file === undefined) {
    throw refused(
      `There is no ${path} in the commit ${commit}`,
      "Commit the definition there, and tag that commit.",
    );
  }
  if (file.mode === "100644") return file;
  throw new ExpertStackError({
    code: file.mode.startsWith("100") ? "DEFINITION_INVALID" : "PATH_ESCAPE",
    message: `${path} is no plain file in the commit ${commit} (its mode is ${file.mode}).`,
    remedy: "Commit it as a file that is no link and no program.",
  });
};

const requireNew = (
  { name, versions }: IndexState,
  { tag, version, commit }: { readonly tag: string; readonly version: string; readonly commit: string },
): void => {
  const published = versions.get(version)?.line.src;
  if (published === undefined) return;
  const isSame = published.tag === tag;
  if (isSame && published.commit !== commit) throw moved(tag, { before: published.commit, now: commit });
  const otherwise = isSame ? "" : `, by the tag ${published.tag} of the commit ${published.commit}`;
  throw refused(
    `${name}@${version} is published already${otherwise}`,
    "A version is published once; choose the next number.",
  );
};

/** A tag such as `v1.2.3` says no name: it may have published another Expert. */
const requireUnusedTag = async (
  repository: RegistryRepository,
  { wanted, point }: Publishing,
  { names, commit }: { readonly names: readonly string[]; readonly commit: string },
): Promise<void> => {
  const { tag, version } = wanted.tag;
  for (const name of names) {
    const { state } = await linesAt(repository, point, name);
    const before = state.versions.get(version)?.line.src;
    if (before?.tag === tag) throw moved(tag, { before: before.commit, now: commit });
  }
};

const moved = (
  tag: string,
  { before, now }: { readonly before: string; readonly now: string },
): ExpertStackError =>
  new ExpertStackError({
    code: "TAG_MOVED",
    message: `The tag ${tag} named ${before}, and names ${now} now.`,
    remedy: "Leave the tag where it was, and publish the change as a version of its own.",
  });

const refused = (message: string, remedy: string): ExpertStackError =>
  new ExpertStackError({ code: "PUBLISH_REFUSED", message: `${message}.`, remedy });
