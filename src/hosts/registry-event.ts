import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as z from "zod/mini";
import { ExpertStackError } from "../errors.ts";
import {
  type PublishRequest,
  readPublishRequest,
  repositoryOf,
  requireSameAsker,
} from "../registry/publish-request.ts";
import { commitId } from "../registry/wanted-line.ts";
import type { IndexProposal } from "../run/check-index.ts";
import type { Terminal } from "./terminal.ts";

/** @throws ExpertStackError INPUT_INVALID */
export const readEventFile = (file: string, { cwd }: Terminal): unknown => {
  try {
    return JSON.parse(readFileSync(resolve(cwd, file), "utf8"));
  } catch (cause) {
    throw new ExpertStackError({
      code: "INPUT_INVALID",
      message: file === "" ? "`--event` is not given." : `${file} is no event of GitHub's.`,
      remedy: 'Give the payload as JSON: `--event "$GITHUB_EVENT_PATH"`.',
      cause,
    });
  }
};

/**
 * Who wants what, by the event and by who started this attempt.
 *
 * @throws ExpertStackError INPUT_INVALID or PUBLISH_REFUSED
 */
export const readRequest = (
  { event = "" }: { readonly event?: string },
  terminal: Terminal,
): PublishRequest => {
  const request = readPublishRequest(readEventFile(event, terminal));
  const { GITHUB_RUN_ATTEMPT: attempt = "1", GITHUB_TRIGGERING_ACTOR: login = "" } = terminal.environment;
  requireSameAsker(request, { attempt, login });
  return request;
};

const OfRepository = z.object({ repository: z.object({ default_branch: z.string() }) });

/** The default branch: as it was named, as the event says, or the branch that the workflow runs on. */
export const defaultBranchOf = (
  { branch, event }: { readonly branch?: string; readonly event?: string },
  terminal: Terminal,
): string => {
  if (branch !== undefined) return branch;
  const parsed = OfRepository.safeParse(event === undefined ? undefined : readEventFile(event, terminal));
  return parsed.success
    ? parsed.data.repository.default_branch
    : terminal.environment.GITHUB_REF_NAME || "main";
};

const Account = z.object({ id: z.int().check(z.gte(1)), login: z.string() });

const PullRequest = z.object({
  sender: Account,
  pull_request: z.object({
    number: z.int().check(z.gte(1)),
    user: Account,
    head: z.object({ sha: z.string().check(z.regex(commitId)) }),
  }),
});

/**
 * What a pull request proposes: its author and whoever pushed to it last take part. The branch that it is made for is
 * left out, since that can be changed after the check has passed: a branch of the author's own would name its owners.
 */
export const readProposal = (payload: unknown): Omit<IndexProposal, "base"> & { readonly pull: number } => {
  const parsed = PullRequest.safeParse(payload);
  if (parsed.success) {
    const { sender, pull_request: change } = parsed.data;
    const registry = repositoryOf(payload);
    return {
      ...{ pull: change.number, head: change.head.sha, by: [change.user, sender] },
      ...(registry === undefined ? {} : { registry }),
    };
  }
  throw new ExpertStackError({
    code: "INPUT_INVALID",
    message: "The event is no pull request's.",
    remedy: "Run it on `pull_request_target`, or name `--base`, `--head` and `--by`.",
  });
};
