import { isRepositoryId } from "../definition/registry-address.ts";
import { isRepositoryPath } from "../definition/repository-path.ts";
import { ExpertStackError } from "../errors.ts";
import type { PublishLine } from "./index-line.ts";
import { isLegalRef, publishTagOf } from "./publish-tag.ts";

/**
 * What is wrong with the tag that a line says it was published by: it has to say the line's name and version, or in a
 * repository of one Expert its version.
 */
export const tagFault = ({ name, version, src: { tag } }: PublishLine): string | undefined => {
  const named = publishTagOf(name, version);
  if (tag !== named && tag !== `v${version}`)
    return `it publishes ${version} by the tag ${JSON.stringify(tag)}, where ${JSON.stringify(named)} was expected`;
  return isLegalRef(tag) ? undefined : `git takes no tag of the name ${JSON.stringify(tag)}`;
};

/** What is wrong with the repository that a line says it was published from. */
export const repositoryFault = ({ src: { repo } }: PublishLine): string | undefined =>
  isRepositoryId(repo)
    ? undefined
    : `src.repo: ${JSON.stringify(repo)} is no repository; host/owner/name was expected`;

/** @throws ExpertStackError PATH_ESCAPE where the definition is said to lie outside of its repository */
export const refuseEscape = ({ src: { path } }: PublishLine, where: string): void => {
  if (isRepositoryPath(path)) return;
  throw new ExpertStackError({
    code: "PATH_ESCAPE",
    message: `${where}: src.path: ${JSON.stringify(path)} is no file of a repository; a relative path without "." and ".." was expected.`,
    remedy: "Tell the registry's owners.",
  });
};
