import type { TreeFile } from "../../src/registry/index-place.ts";
import type { RegistryRepository } from "../../src/run/publishing-ports.ts";
import { plainFile } from "./index-world.ts";

/** A registry's repository in memory: one branch, of which a commit is the number of its state. */
export type MemoryRegistry = {
  readonly states: ReadonlyMap<string, TreeFile>[];
  readonly tags: ReadonlyMap<string, string>;
  /** One who publishes to it, with what they have fetched. @param pass is awaited at each of their steps */
  open(pass: () => Promise<void>): RegistryRepository;
};

/** Looks like one of git's. */
const commitId = (state: number): string => String(state).padStart(40, "0");

/** @param tags name the first commit */
export const memoryRegistry = (
  files: Readonly<Record<string, string>>,
  tags: readonly string[],
): MemoryRegistry => {
  const states = [new Map(Object.entries(files).map(([path, text]) => [path, plainFile(text)]))];
  const named = new Map(tags.map((tag) => [tag, commitId(0)]));
  const at = (commit: string): ReadonlyMap<string, TreeFile> => states[Number(commit)] ?? new Map();
  return {
    states,
    tags: named,
    open: (pass) => {
      let fetched = 0;
      return {
        fetch: async () => {
          await pass();
          fetched = states.length - 1;
        },
        commit: async (revision) => revision,
        branch: async () => commitId(fetched),
        tags: async () => named,
        contains: async (tip, commit) => Number(commit) <= Number(tip),
        file: async (commit, path) => at(commit).get(path),
        files: async (commit) => at(commit),
        paths: async (commit) => [...at(commit).keys()],
        changes: async () => [],
        push: async ({ parent, files: changed }) => {
          await pass();
          if (Number(parent) !== states.length - 1) return "overtaken";
          const added = [...changed].map(
            ([path, bytes]) => [path, plainFile(Buffer.from(bytes).toString())] as const,
          );
          states.push(new Map([...at(String(parent)), ...added]));
          return "pushed";
        },
      };
    },
  };
};
