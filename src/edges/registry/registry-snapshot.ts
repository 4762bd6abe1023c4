import type { RegistryAddress } from "../../definition/registry-address.ts";
import { ExpertStackError } from "../../errors.ts";
import { configPath } from "../../registry/index-place.ts";
import { indexText } from "../../registry/index-text.ts";
import { parseRegistryConfig } from "../../registry/registry-config.ts";
import type { RegistrySnapshot } from "../../run/registry-ports.ts";
import type { BareClone } from "./bare-clone.ts";
import type { Clones } from "./clones.ts";
import { type Commit, fetchCommit, localCommit, readFiles } from "./commit-files.ts";
import { unreachable } from "./unreachable.ts";

/** The newest state of a registry's index branch. */
export const openSnapshot = async (
  clones: Clones,
  address: RegistryAddress,
  signal: AbortSignal,
): Promise<RegistrySnapshot> => {
  const commit = await clones.use(address, signal, async (clone) => {
    const head = await fetchCommit(clone, "HEAD", signal);
    if (typeof head === "string") throw notGiven(clone, "absent");
    const branch = await indexBranch(clone, head, signal);
    const newest = branch === undefined ? head : await fetchBranch(clone, branch, signal);
    await clones.remember(address, [...new Set([head.id, newest.id])]);
    return newest;
  });
  return {
    address,
    commit: commit.id,
    read: (paths, until, likely) =>
      clones.use(address, until, async (clone) =>
        readFiles(clone, await again(clone, commit, until), { paths, likely, signal: until }),
      ),
  };
};

/** The commit in a clone that may have been made anew since. */
const again = async (clone: BareClone, { id, from }: Commit, signal: AbortSignal): Promise<Commit> => {
  const here = await localCommit(clone, { id, from }, signal);
  if (here !== undefined) return here;
  const fetched = await fetchCommit(clone, id, signal);
  if (typeof fetched === "string") throw notGiven(clone, "refused");
  return fetched;
};

const indexBranch = async (
  clone: BareClone,
  head: Commit,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const content = (await readFiles(clone, head, { paths: [configPath], signal })).get(configPath);
  if (content === undefined) return undefined;
  const file = `${clone.address.id}/${configPath}`;
  return parseRegistryConfig(indexText({ content }, file), file).indexBranch;
};

const fetchBranch = async (clone: BareClone, branch: string, signal: AbortSignal): Promise<Commit> => {
  const fetched = await fetchCommit(clone, `refs/heads/${branch}`, signal);
  if (typeof fetched === "string") throw damaged(clone.address, `there is no branch ${branch}`);
  return fetched;
};

const damaged = ({ id }: RegistryAddress, because: string): ExpertStackError =>
  new ExpertStackError({
    code: "INDEX_CORRUPT",
    message: `${id}: ${configPath} cannot be followed: ${because}.`,
    remedy: "Tell the registry's owners.",
  });

const notGiven = (clone: BareClone, type: "absent" | "refused"): ExpertStackError =>
  unreachable({ type }, { ...clone.address, options: clone.options, attempts: 1 });
