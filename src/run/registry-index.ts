import { isExpertName } from "../definition/expert-name.ts";
import { ExpertStackError } from "../errors.ts";
import { emptyIndex, type IndexState, readIndexFile } from "../registry/index-file.ts";
import { indexFolder, indexPath } from "../registry/index-path.ts";
import { configPath, indexPlace, type TreeFile } from "../registry/index-place.ts";
import { indexText } from "../registry/index-text.ts";
import { parseRegistryConfig } from "../registry/registry-config.ts";
import { parseScopeFile, scopePath } from "../registry/scope-owners.ts";
import { requirePlain } from "../registry/whole-index.ts";
import type { RegistryRepository } from "./publishing-ports.ts";

/** Where a registry is now: the commits that everything is judged by. */
export type RegistryPoint = {
  /** Tip of the default branch: owners and how the registry is set up. */
  readonly trusted: string;
  readonly indexBranch: string;
  /** Tip of the index's branch, where it is there yet. */
  readonly index: string | undefined;
};

/** Fetches, and says where the registry is. @param tags how the tags begin that are needed */
export const registryPoint = async (
  repository: RegistryRepository,
  { defaultBranch, tags }: { readonly defaultBranch: string; readonly tags?: string },
): Promise<RegistryPoint> => {
  await repository.fetch({ branches: [defaultBranch], ...(tags === undefined ? {} : { tags }) });
  const trusted = await repository.branch(defaultBranch);
  if (trusted === undefined) {
    throw new ExpertStackError({
      code: "PUBLISH_REFUSED",
      message: `The registry has no branch ${defaultBranch}.`,
      remedy: "Push its default branch first, or name the one that it has: `--branch <name>`.",
    });
  }
  const config = parseRegistryConfig(textOf(await repository.file(trusted, configPath)));
  const { indexBranch = defaultBranch } = config;
  if (indexBranch === defaultBranch) return { trusted, indexBranch, index: trusted };
  await repository.fetch({ branches: [indexBranch] });
  return { trusted, indexBranch, index: await repository.branch(indexBranch) };
};

/** The owners of a scope, by number, where somebody owns it. @param scope with its `@` */
export const ownersAt = async (
  repository: RegistryRepository,
  { trusted }: RegistryPoint,
  scope: string,
): Promise<ReadonlySet<number> | undefined> => {
  const path = scopePath(scope);
  const file = await repository.file(trusted, path);
  if (file === undefined) return undefined;
  requirePlain(path, file);
  return parseScopeFile(textOf(file) ?? "", path);
};

/** The lines of an Expert; none for one that was never published. */
export const linesAt = async (
  repository: RegistryRepository,
  { index }: Pick<RegistryPoint, "index">,
  name: string,
): Promise<{ readonly text: string; readonly state: IndexState }> => {
  const file =
    index === undefined || !isExpertName(name) ? undefined : await repository.file(index, indexPath(name));
  if (file === undefined) return { text: "", state: emptyIndex(name) };
  const text = indexText(file, indexPath(name));
  return { text, state: readIndexFile(text, { name, file: indexPath(name) }) };
};

/** Every name that was ever published. */
export const namesAt = async (
  repository: RegistryRepository,
  { index }: Pick<RegistryPoint, "index">,
): Promise<readonly string[]> => {
  const paths = index === undefined ? [] : await repository.paths(index, indexFolder);
  return paths.flatMap((path) => {
    const place = indexPlace(path);
    return place?.type === "lines" ? [place.name] : [];
  });
};

export const textOf = (file: TreeFile | undefined): string | undefined =>
  file === undefined ? undefined : new TextDecoder().decode(file.content);
