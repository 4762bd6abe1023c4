import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, relative, resolve } from "node:path";
import { ExpertStackError } from "../errors.ts";

type Checkout = {
  readonly folder: string;
  /** A git that the checkout cannot have put there. */
  readonly git: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
};

/**
 * Refuses a credential file of a checkout that anybody may have written. What a login action or a step wrote there
 * stays, by git's word that the file is not tracked.
 *
 * @throws ExpertStackError INPUT_INVALID naming the file
 */
export const refuseCheckedOut = (file: string, checkout: Checkout): void => {
  if (!existsSync(file)) return;
  const folders = [resolve(checkout.folder), realpathSync(checkout.folder)];
  // The name and where it leads to: a link is a file of the checkout, too.
  const ways = [resolve(file), realpathSync(file)].flatMap((path) =>
    folders.map((folder) => relative(folder, path)),
  );
  const inside = new Set(ways.filter((way) => way !== ".." && !way.startsWith("../") && !isAbsolute(way)));
  if ([...inside].every((way) => isLeftThere(way, checkout))) return;
  throw new ExpertStackError({
    code: "INPUT_INVALID",
    message: `The credential file ${file} came with the checkout, which is not the trusted commit.`,
    remedy:
      "Log in within this job, as with google-github-actions/auth, or name a file outside the checkout. A file of a pull request is not used as a credential.",
  });
};

/** The name that google-github-actions/auth makes up anew each time, which nobody can have committed. */
const madeUp = /^gha-creds-[0-9a-f]{16}\.json$/;

const isLeftThere = (way: string, { folder, git, environment }: Checkout): boolean => {
  if (git === undefined) return madeUp.test(basename(way));
  const safe = ["-c", "core.fsmonitor=false", "-c", "safe.bareRepository=explicit"];
  const asked = ["ls-files", "--others", "-z", "--", way];
  const { status, stdout } = spawnSync(git, [...safe, "--literal-pathspecs", "-C", folder, ...asked], {
    env: { ...environment, GIT_CEILING_DIRECTORIES: dirname(folder), GIT_OPTIONAL_LOCKS: "0" },
    encoding: "utf8",
  });
  // Listed are files that git does not track; one of a submodule or of a repository within is not.
  return status === 0 ? stdout === `${way}\0` : madeUp.test(basename(way));
};
