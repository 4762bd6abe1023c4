import { ExpertStackError } from "../errors.ts";
import type { Account } from "../registry/scope-owners.ts";
import { type IndexProposal, oneOrMore } from "../run/check-index.ts";
import type { RegistryRepository } from "../run/publishing-ports.ts";
import { registryPoint } from "../run/registry-index.ts";
import { cliOption, invalidValue, type Written } from "./option-values.ts";
import { defaultBranchOf, readEventFile, readProposal } from "./registry-event.ts";
import type { Terminal } from "./terminal.ts";

/** A change as it is named by hand, or the event of the pull request that proposes it. */
export type ProposalOptions = {
  readonly event?: string;
  readonly branch?: string;
  readonly base?: string;
  readonly head?: string;
  readonly by?: readonly string[];
};

/**
 * As it is named, or as the event's pull request would change the default branch.
 *
 * @throws ExpertStackError INPUT_INVALID
 */
export const proposalOf = async (
  repository: RegistryRepository,
  options: ProposalOptions,
  terminal: Terminal,
): Promise<IndexProposal> => {
  const { base, head, by = [], event = "" } = options;
  if (base === undefined && head === undefined) {
    const { pull, ...proposed } = readProposal(readEventFile(event, terminal));
    const defaultBranch = defaultBranchOf(options, terminal);
    const { trusted } = await registryPoint(repository, { defaultBranch });
    await repository.fetch({ branches: [], pull });
    if ((await repository.commit(proposed.head)) === undefined) throw gone(proposed.head, pull);
    return { ...proposed, base: trusted };
  }
  return {
    base: await commitOf(repository, "--base", base),
    head: await commitOf(repository, "--head", head),
    by: oneOrMore(by.map(accountOf)),
  };
};

const gone = (head: string, pull: number): ExpertStackError =>
  new ExpertStackError({
    code: "PUBLISH_REFUSED",
    message: `The commit ${head} of the pull request ${pull} is not there.`,
    remedy: "It was pushed over since. What it ends in now is judged by the run of that push.",
  });

const commitOf = async (
  repository: RegistryRepository,
  name: string,
  text: string | undefined,
): Promise<string> => {
  if (text === undefined) {
    throw new ExpertStackError({
      code: "INPUT_INVALID",
      message: `\`${name}\` is not given.`,
      remedy: "Name both commits, `--base main --head HEAD`, or neither and an `--event`.",
    });
  }
  const commit = await repository.commit(text);
  if (commit === undefined) throw invalidValue(ofCheck(name, text), "a commit that is in this checkout");
  return commit;
};

const accountOf = (text: string): Account => {
  if (/^[1-9]\d{0,14}$/.test(text)) return { id: Number(text), login: `gh:${text}` };
  throw invalidValue(
    ofCheck("--by", text),
    "the number of a GitHub account: `id` at https://api.github.com/users/<login>",
  );
};

const ofCheck = (name: string, text: string): Written => cliOption(name, text, "registry check-change");
