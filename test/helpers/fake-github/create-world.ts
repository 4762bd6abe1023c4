import type { World } from "./world.ts";

/** An empty GitHub with GitHub's published limits. */
export const createWorld = (): World => {
  let lastId = 1000;
  return {
    users: new Map(),
    repositories: new Map(),
    tokens: new Map(),
    faults: [],
    requests: [],
    unknownRoutes: [],
    violations: [],
    defects: [],
    clock: () => Date.now(),
    nextId: () => {
      lastId += 1;
      return lastId;
    },
    limits: {
      bodyCharacters: 65_536,
      contentsBytes: 1024 ** 2,
      contentsRawBytes: 100 * 1024 ** 2,
      compareFiles: 300,
      diffLines: 20_000,
      pullFiles: 3_000,
      patchBytes: 512_000,
      totalPatchBytes: 1024 ** 2,
      treeEntries: 100_000,
      installationRequests: 1_000,
      userRequests: 5_000,
    },
  };
};
