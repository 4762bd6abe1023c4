import { ExpertStackError } from "../errors.ts";
import { emptyIndex, type IndexState } from "../registry/index-file.ts";
import type { PublishLine } from "../registry/index-line.ts";
import type { RegistryRepositoryFacts } from "../registry/publish-request.ts";
import { parsePublishTag } from "../registry/publish-tag.ts";
import { checkDelegates } from "./check-delegates.ts";
import type { RegistryRepository } from "./publishing-ports.ts";

type Proposed = {
  /** The commit that the lines would be added to. */
  readonly base: string;
  /** Of the registry itself, where it is known. */
  readonly registry?: RegistryRepositoryFacts;
  /** The lines of every Expert as they would be. */
  readonly states: ReadonlyMap<string, IndexState>;
};

/**
 * Whether versions that a pull request adds say what the registry's own workflow would have said of them: a definition
 * of this registry, in a commit that it has, by a tag that publishes it alone, and with delegates that are there.
 *
 * @throws ExpertStackError PUBLISH_REFUSED, VERSION_NOT_FOUND, VERSION_DISABLED or DELEGATE_CYCLE
 */
export const checkNewLines = async (
  repository: RegistryRepository,
  lines: readonly PublishLine[],
  proposed: Proposed,
): Promise<void> => {
  for (const line of lines) {
    requireOwnSource(line, proposed);
    const { commit, path } = line.src;
    const isThere = await repository.contains(proposed.base, commit);
    const file = isThere ? await repository.file(commit, path) : undefined;
    if (!isThere) throw foreign(line, `the commit ${commit}, which is not on the default branch`);
    if (file?.mode !== "100644" || file.id !== line.blob)
      throw foreign(line, `${path} of the commit ${commit}, which is not that definition`);
    await checkDelegates(line, async (name) => proposed.states.get(name) ?? emptyIndex(name));
  }
};

const requireOwnSource = (line: PublishLine, { registry, states }: Proposed): void => {
  const { repo, repoId, tag, path } = line.src;
  if (registry !== undefined && (repo !== registry.repo || repoId !== registry.id))
    throw foreign(line, `the repository ${JSON.stringify(repo)} (${repoId}), which is not this one`);
  const expected = parsePublishTag(tag).path;
  if (path !== expected) throw foreign(line, `${path}, where the tag ${tag} publishes ${expected}`);
  for (const { versions } of states.values()) {
    for (const { line: other } of versions.values()) {
      const isSame = other.name === line.name && other.version === line.version;
      if (!isSame && other.src.tag === tag)
        throw foreign(line, `the tag ${tag}, which publishes ${other.name}@${other.version}`);
    }
  }
};

const foreign = ({ name, version }: PublishLine, from: string): ExpertStackError =>
  new ExpertStackError({
    code: "PUBLISH_REFUSED",
    message: `The line of ${name}@${version} says that it comes from ${from}.`,
    remedy: "Publish by a tag, and leave the index to the registry's own workflow.",
  });
