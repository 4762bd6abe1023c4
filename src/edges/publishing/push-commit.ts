import { setTimeout } from "node:timers/promises";
import { ExpertStackError } from "../../errors.ts";
import { type GitCheckout, type GitResult, tryGit } from "./git-command.ts";

/** How git and GitHub say that the branch is not any more where the commit begins. */
const overtaken =
  /\[rejected\]|cannot lock ref|failed to (?:update|lock) ref|incorrect old value|reference already exists/i;

/** Milliseconds before a server that did not answer is asked again. To push a commit twice changes nothing. */
const pauses = [500, 2000];

/**
 * Pushes a commit to a branch of a remote.
 *
 * @returns `overtaken` when somebody else has pushed since
 * @throws ExpertStackError PUBLISH_REFUSED when the remote takes no push from us, REGISTRY_UNREACHABLE when it was asked
 *   three times and did not answer
 */
export const pushCommit = async (
  checkout: GitCheckout,
  { remote, commit, branch }: { readonly remote: string; readonly commit: string; readonly branch: string },
): Promise<"pushed" | "overtaken"> => {
  const args = ["push", "--porcelain", remote, `${commit}:refs/heads/${branch}`];
  for (let attempt = 0; ; attempt++) {
    const result = await tryGit(checkout, args);
    if (result.code === 0) return "pushed";
    if (overtaken.test(result.out.toString("utf8"))) return "overtaken";
    if (isAnswer(result)) throw refused(branch, result);
    const pause = pauses[attempt];
    if (pause === undefined) throw unreachable(remote, result);
    await setTimeout(pause, undefined, { signal: checkout.signal });
  }
};

/** Whether somebody was there who could have taken the push. Anyone may write behind `remote:`, so that is left out. */
const isAnswer = ({ told }: GitResult): boolean => {
  const text = told.replace(/^remote: .*$/gm, "");
  const [, error, http] = /returned error: (\d{3})|\bHTTP (\d{3})\b/.exec(text) ?? [];
  const status = Number(error ?? http ?? 0);
  if (status > 0) return status < 500 && status !== 429 && status !== 408;
  return !/unable to access|resolve host|connect|hung up|timed out|early EOF/i.test(text);
};

const unreachable = (remote: string, { told }: GitResult): ExpertStackError =>
  new ExpertStackError({
    code: "REGISTRY_UNREACHABLE",
    message: `The registry's remote \`${remote}\` cannot be pushed to: ${lineOf(told)}`,
    remedy: "Run it again later: nothing was written that is not whole.",
  });

const refused = (branch: string, { out, told }: GitResult): ExpertStackError =>
  new ExpertStackError({
    code: "PUBLISH_REFUSED",
    message: `The index could not be pushed to ${branch}: ${lineOf(`${out.toString("utf8")}\n${told}`)}`,
    remedy:
      "Give the job `contents: write`. Where the branch is protected, name another in registry-index/config.json or give the workflow a token that may push to it.",
  });

const lineOf = (said: string): string =>
  said.split("\n").find((line) => /^!|remote:|fatal:/.test(line)) ?? "git does not say why";
