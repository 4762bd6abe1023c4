import { ExpertStackError } from "../errors.ts";
import { definesExpert } from "../registry/definition-document.ts";
import type { PublishRequest, RegistryRepositoryFacts } from "../registry/publish-request.ts";
import type { PublishTag } from "../registry/publish-tag.ts";
import { definitionFile, publishTagOf } from "../registry/publish-tag.ts";
import { readPublishedDefinition } from "../registry/published-definition.ts";
import { scopeOf } from "../registry/scope-owners.ts";
import type { WantedLine } from "../registry/wanted-line.ts";
import { planLine } from "./plan-line.ts";
import type { PlannedLine } from "./planned-line.ts";
import type { RegistryRepository } from "./publishing-ports.ts";
import { linesAt, ownersAt, registryPoint } from "./registry-index.ts";

/** What is not known before GitHub's event says it. */
const facts = (defaultBranch: string): RegistryRepositoryFacts => ({
  id: 1,
  repo: "registry",
  defaultBranch,
});

type Rehearsal = { readonly wanted: WantedLine; readonly name: string; readonly defaultBranch: string };

/**
 * Judges a line on the author's machine as the registry will, but for whether who asks for it owns the scope: that is
 * the account that pushes or runs the workflow.
 *
 * @throws ExpertStackError with the reason for which it would be refused
 */
export const rehearseLine = async (
  repository: RegistryRepository,
  { wanted, name, defaultBranch }: Rehearsal,
): Promise<PlannedLine> => {
  const point = await registryPoint(repository, { defaultBranch });
  const [id = 0] = (await ownersAt(repository, point, scopeOf(name))) ?? [];
  const request: PublishRequest = {
    repository: facts(defaultBranch),
    people: [{ id, login: "you" }],
    wanted,
  };
  return await planLine(repository, request, "1970-01-01T00:00:00Z");
};

/**
 * The version that a commit has to publish, and the tag that would ask for it: of `experts/<scope>/<name>.toml`, or of
 * `perstack.toml` in a repository of one Expert.
 *
 * @throws ExpertStackError PUBLISH_REFUSED when neither is there, or what the definition is refused for
 */
export const tagToPublish = async (
  repository: RegistryRepository,
  { name, commit }: { readonly name: string; readonly commit: string },
): Promise<PublishTag> => {
  const many = definitionFile(name);
  for (const path of [many, "perstack.toml"]) {
    const file = await repository.file(commit, path);
    if (file === undefined || (path !== many && !definesExpert(file.content, name))) continue;
    const { version } = readPublishedDefinition(file.content, { file: path, name }).facts;
    return path === many
      ? { tag: publishTagOf(name, version), name, version, path }
      : { tag: `v${version}`, version, path };
  }
  throw new ExpertStackError({
    code: "PUBLISH_REFUSED",
    message: `There is no ${many} in the commit ${commit}, and no perstack.toml that defines ${name}.`,
    remedy: `Commit the definition of ${name} as ${many}.`,
  });
};

/** @throws ExpertStackError PUBLISH_REFUSED for a version that is published, whatever its tag names here */
export const requireUnpublished = async (
  repository: RegistryRepository,
  {
    name,
    version,
    defaultBranch,
  }: { readonly name: string; readonly version: string; readonly defaultBranch: string },
): Promise<void> => {
  const { state } = await linesAt(repository, await registryPoint(repository, { defaultBranch }), name);
  const published = state.versions.get(version);
  if (published === undefined) return;
  throw new ExpertStackError({
    code: "PUBLISH_REFUSED",
    message: `${name}@${version} is published already, of the commit ${published.line.src.commit}.`,
    remedy: "A version is published once: raise it in the definition and commit that.",
  });
};
