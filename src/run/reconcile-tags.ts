import { ExpertStackError } from "../errors.ts";
import type { PublishLine } from "../registry/index-line.ts";
import { indexFolder } from "../registry/index-path.ts";
import { looksLikePublishTag, parsePublishTag } from "../registry/publish-tag.ts";
import { readWholeIndex } from "../registry/whole-index.ts";
import type { RegistryRepository } from "./publishing-ports.ts";
import { registryPoint } from "./registry-index.ts";

/** Where the tags of a registry and its index differ. */
export type Differences = {
  /** Tags that ask to publish something and have not. More than three in one push start no workflow. */
  readonly waiting: readonly { readonly tag: string; readonly now: string }[];
  /** Tags that look as if they should publish something and cannot, with what is wrong. */
  readonly unusable: readonly ExpertStackError[];
  /** Tags that name another commit now than when they published. */
  readonly moved: readonly { readonly tag: string; readonly published: string; readonly now: string }[];
};

/** Compares tags with the index. It changes nothing: what to do about it is an owner's to say. */
export const reconcileTags = async (
  repository: RegistryRepository,
  defaultBranch: string,
): Promise<Differences> => {
  const { index } = await registryPoint(repository, { defaultBranch, tags: "" });
  const files = index === undefined ? new Map() : await repository.files(index, indexFolder);
  const { states } = readWholeIndex(files);
  const published = [...states.values()].flatMap(({ versions }) =>
    [...versions.values()].map(({ line }) => line.src),
  );
  const commits = new Map<string, PublishLine["src"]>(published.map((src) => [src.tag, src]));
  const tags = [...(await repository.tags())].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const waiting: Differences["waiting"][number][] = [];
  const unusable: Differences["unusable"][number][] = [];
  for (const [tag, now] of tags) {
    if (commits.has(tag) || !looksLikePublishTag(tag)) continue;
    // In a registry of many Experts it is a release of something else.
    const isMeant = tag.startsWith("@") || (await repository.file(now, "perstack.toml")) !== undefined;
    if (!isMeant) continue;
    const problem = problemOf(tag);
    if (problem === undefined) waiting.push({ tag, now });
    else unusable.push(problem);
  }
  return {
    ...{ waiting, unusable },
    moved: tags.flatMap(([tag, now]) => {
      const before = commits.get(tag)?.commit;
      return before === undefined || before === now ? [] : [{ tag, published: before, now }];
    }),
  };
};

const problemOf = (tag: string): ExpertStackError | undefined => {
  try {
    parsePublishTag(tag);
    return undefined;
  } catch (error) {
    if (error instanceof ExpertStackError) return error;
    throw error;
  }
};
