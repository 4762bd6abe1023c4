import { ExpertStackError } from "../../errors.ts";
import { type GitCheckout, git, gitLine, tryGit } from "./git-command.ts";

type Branch = { readonly base: string; readonly head: string; readonly folder: string };

/**
 * The commit from which a branch's changes of a folder are counted, if it can be told what a merge makes of them. A
 * pull request is merged as a whole, squashed or commit by commit, as whoever presses the button likes. Only without
 * merges among its commits, and with each file changed by one of them, do these three end in the same: what `base` has
 * gained since stays, and what the branch changes is added. Git's own choice between several merge bases, or a line
 * that is added and taken away again, could else take away what `base` has gained.
 *
 * @returns nothing where the branch leaves the folder alone, in which case it may hold merges
 * @throws ExpertStackError PUBLISH_REFUSED
 */
export const branchPoint = async (checkout: GitCheckout, branch: Branch): Promise<string | undefined> => {
  const { base, head, folder } = branch;
  const points = await mergeBases(checkout, branch);
  const [point] = points;
  if (point === undefined) throw unrelated();
  const touched = await touchedPaths(checkout, branch);
  const own = await folderAt(checkout, head, folder);
  const before = await Promise.all(points.map(async (at) => await folderAt(checkout, at, folder)));
  if (touched.length === 0 && before.every((at) => at === own)) return undefined;
  const merges = await gitLine(checkout, ["rev-list", "--merges", "--max-count=1", `${base}..${head}`]);
  if (merges !== "") throw merged(merges, folder);
  const twice = touched.find((path, index) => touched.indexOf(path) !== index);
  if (twice !== undefined) throw repeated(twice);
  return point;
};

const mergeBases = async (checkout: GitCheckout, { base, head }: Branch): Promise<readonly string[]> => {
  const { code, out, told } = await tryGit(checkout, ["merge-base", "--all", base, head]);
  if (code === 0 || code === 1) return out.toString("utf8").split("\n").filter(Boolean);
  throw new Error(`git merge-base failed: ${told}`);
};

/** The paths below a folder that the branch's commits change, once for each commit. */
const touchedPaths = async (
  checkout: GitCheckout,
  { base, head, folder }: Branch,
): Promise<readonly string[]> => {
  const all = ["--full-history", "--no-merges", "--no-renames", "--format=", "--name-only", "-z"];
  const listing = await git(checkout, [
    "-c",
    "log.showRoot=true",
    "log",
    ...all,
    `${base}..${head}`,
    "--",
    folder,
  ]);
  return listing.toString("utf8").split("\0").filter(Boolean);
};

/** git's mode and id of a folder, which say all that is in it. */
const folderAt = async (checkout: GitCheckout, commit: string, folder: string): Promise<string> =>
  await gitLine(checkout, ["ls-tree", "--full-tree", commit, "--", folder]);

const unrelated = (): ExpertStackError =>
  refused(
    "It has no commit in common with the default branch",
    "Make the change on top of the default branch.",
  );

const merged = (merge: string, folder: string): ExpertStackError =>
  refused(
    `The branch changes ${folder}/ and has the merge ${merge}, so what it changes depends on how it is merged`,
    "Rebase it onto the default branch: `git fetch origin && git rebase origin/main`, then push it with `--force`.",
  );

const repeated = (path: string): ExpertStackError =>
  refused(
    `The branch changes ${path} in more than one commit, which need not add up to the same when they are merged`,
    "Make one commit of them: `git fetch origin && git rebase --interactive origin/main`, then push it with `--force`.",
  );

const refused = (message: string, remedy: string): ExpertStackError =>
  new ExpertStackError({ code: "PUBLISH_REFUSED", message: `${message}.`, remedy });
