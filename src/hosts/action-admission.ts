import { parseMarker } from "../outputs/marker.ts";
import type { Problem } from "../report/job-report.ts";
import { type CommentCommand, readCommand } from "../request/comment-command.ts";
import {
  decide,
  type GateFacts,
  type GatePolicy,
  type GateQuestion,
  rolesNeeded,
  type Verdict,
} from "../request/gate.ts";
import { isByAnybody } from "../request/people.ts";
import { onPullRequest, pullRequestQuestion } from "../request/pull-request.ts";
import type { Role, Roles } from "../request/role.ts";
import { skipRule } from "../request/skip-rule.ts";
import { type Actor, isComment, isOnThread, type ThreadTrigger, type Trigger } from "../request/trigger.ts";
import type { Repository } from "../run/github-ports.ts";
import type { ActionInputs } from "./action-inputs.ts";

/** Whether this trigger starts a job, and on whose word. Nothing has cost anything before this is known. */
export type Admission =
  | {
      readonly type: "admitted";
      /** With what was asked of GitHub about it. */
      readonly trigger: Trigger;
      readonly trust: "trusted" | "untrusted";
      readonly reason: string;
      readonly expert: string;
      /** What a comment command asks; missing for any other trigger. */
      readonly question?: string;
      readonly roles: Roles;
    }
  /** Somebody who may ask wants to know whom and how. */
  | { readonly type: "help"; readonly trigger: ThreadTrigger }
  | { readonly type: "refused"; readonly conclusion: "skipped" | "denied"; readonly problem: Problem };

/** A trigger that was let in. */
export type Admitted = Extract<Admission, { type: "admitted" }>;

export type Question = {
  readonly trigger: Trigger;
  readonly inputs: ActionInputs;
  readonly secrets: GateFacts["secrets"];
  /** Who ran the workflow again, when that is someone else than who set it off. */
  readonly rerunBy?: Actor;
  /** The name of the workflow's file. */
  readonly workflowFile: () => string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly repository: () => Promise<GateRepository>;
};

/** What of a repository decides. */
export type GateRepository = Pick<Repository, "roleOf" | "pullRequests" | "runsBy">;

/** The command, then what costs no request, then what GitHub is asked, the cheapest first. */
export const admit = async (question: Question): Promise<Admission> => {
  const { inputs } = question;
  const command = commandOf(question.trigger, inputs);
  // Help is a comment, which not every step writes.
  const isSilent = command?.type === "help" && inputs.safeOutputs.comment === undefined;
  if (isSilent || command?.type === "none" || command?.type === "unknownName")
    return noCommand(command, inputs);
  const facts: GateFacts = {
    secrets: question.secrets,
    isOwn: isComment(question.trigger) && parseMarker(question.trigger.comment.body) !== undefined,
    ...(question.rerunBy === undefined ? {} : { rerunBy: question.rerunBy }),
  };
  const found = await completed(question, facts);
  if (found.type === "moved") return refused("skipped", found.reason, "Nothing to do.");
  const { trigger } = found;
  const asked = { trigger, policy: policyOf(inputs), facts };
  const roles = await askRoles(question.repository, rolesNeeded(asked));
  const verdict = await judged(question, { ...asked, roles });
  if (verdict.type !== "allow") return refusedBy(verdict, inputs);
  if (command?.type === "help" && isOnThread(trigger)) return { type: "help", trigger };
  const { trust, reason } = verdict;
  const expert = (command?.type === "ask" ? command.expert : undefined) ?? inputs.expert;
  const asking = command?.type === "ask" ? { question: command.question } : {};
  return { type: "admitted", trigger, trust, reason, expert, ...asking, roles };
};

const policyOf = ({ permission, allowUsers, allowBots, maxJobsPerActor }: ActionInputs): GatePolicy => ({
  ...{ permission, allowUsers, allowBots },
  ...(maxJobsPerActor === undefined ? {} : { maxJobsPerActor }),
});

/** With the two sides of its pull request, unless it is skipped whatever they are. */
const completed = async ({ trigger, repository }: Question, facts: GateFacts) => {
  const question = skipRule(trigger, facts) === undefined ? pullRequestQuestion(trigger) : undefined;
  if (question === undefined) return { type: "trigger", trigger } as const;
  return onPullRequest(trigger, await (await repository()).pullRequests(question));
};

/** How often a person asked is counted only for those who may. */
const judged = async (
  { repository, workflowFile, now }: Question,
  asked: GateQuestion & { readonly roles: Roles },
): Promise<Verdict> => {
  const { trigger, policy } = asked;
  const verdict = decide(asked);
  const isCounted = verdict.type === "allow" && policy.maxJobsPerActor !== undefined;
  if (!isCounted || !isByAnybody(trigger)) return verdict;
  const workflow = workflowFile();
  const since = new Date(now - dayMs).toISOString().replace(/\.\d+Z$/, "Z");
  const runs = await (await repository()).runsBy(trigger.sender.login, { workflow, since });
  return decide({ ...asked, runs });
};

const dayMs = 24 * 60 * 60 * 1000;

const refusedBy = (verdict: Exclude<Verdict, { type: "allow" }>, inputs: ActionInputs): Admission => {
  if (verdict.type === "skip") return refused("skipped", verdict.reason, remedyOfSkip(verdict.rule));
  const remedy =
    verdict.rule === "max-jobs-per-actor"
      ? `Ask again tomorrow, or raise \`max-jobs-per-actor\`, which is ${inputs.maxJobsPerActor}.`
      : "Lower `permission`, name the person in `allow-users`, or let anybody ask: `permission: none` with `max-jobs-per-actor: 5`.";
  return refused("denied", verdict.reason, remedy);
};

/** Most of what is skipped was meant to be; who meant to let it in reads how. */
const remedyOfSkip = (rule: string): string => {
  switch (rule) {
    case "bot":
      return "Nothing to do, or name it in `allow-bots`, exactly so, if it is to be answered.";
    case "fork-without-secrets":
      return "Nothing to do, or let a maintainer ask by a label on `pull_request_target`, or by a comment.";
    default:
      return "Nothing to do.";
  }
};

const commandOf = (trigger: Trigger, inputs: ActionInputs): CommentCommand | undefined =>
  isComment(trigger)
    ? readCommand(trigger.comment.body, {
        phrase: inputs.triggerPhrase,
        allowed: nameable(inputs),
        unnamed: "answers",
      })
    : undefined;

/** The step's own Expert always answers to its name. */
export const nameable = ({ expert, commands }: ActionInputs): readonly string[] => [
  ...new Set([expert, ...commands]),
];

const noCommand = (command: Exclude<CommentCommand, { type: "ask" }>, inputs: ActionInputs): Admission => {
  const usage = `\`${inputs.triggerPhrase} [${nameable(inputs).join("|")}] question\``;
  switch (command.type) {
    case "none":
      return refused(
        "skipped",
        `The comment does not begin with \`${inputs.triggerPhrase}\`.`,
        `Write ${usage}.`,
      );
    case "help":
      return refused("skipped", "The comment asks for help.", `Write ${usage}.`);
    case "unknownName":
      return refused("skipped", `A comment may not name the Expert "${command.name}".`, `Write ${usage}.`);
    default:
      return command satisfies never;
  }
};

const refused = (conclusion: "skipped" | "denied", message: string, remedy: string): Admission => ({
  type: "refused",
  conclusion,
  problem: { message, remedy },
});

const askRoles = async (
  repository: () => Promise<GateRepository>,
  logins: readonly string[],
): Promise<Roles> => {
  if (logins.length === 0) return new Map<string, Role>();
  const { roleOf } = await repository();
  const asked = logins.map(async (login) => [login.toLowerCase(), await roleOf(login)] as const);
  return new Map(await Promise.all(asked));
};
