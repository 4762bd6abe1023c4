import { everyone, initiators, isByAnybody, isFromFork, type PeopleTrigger } from "./people.ts";
import { atLeast, effectiveRole, type Role, type Roles } from "./role.ts";
import { type SkipFacts, skipRule } from "./skip-rule.ts";
import type { Actor, Trigger } from "./trigger.ts";

/** The step author's word on who may start an Expert. */
export type GatePolicy = {
  /** The least role that may; `none` lets anyone, and everything of theirs is untrusted. */
  readonly permission: Role;
  /** People who may whatever their role. */
  readonly allowUsers: readonly string[];
  /** Bots that may, by exact login with its `[bot]`. */
  readonly allowBots: readonly string[];
  /** Runs that one person may bring about in a day. */
  readonly maxJobsPerActor?: number;
};

/** What the host knows and the payload does not say. */
export type GateFacts = SkipFacts & {
  /** Who re-ran the workflow, when someone did. */
  readonly rerunBy?: Actor;
};

export type Verdict =
  | { readonly type: "allow"; readonly trust: "trusted" | "untrusted"; readonly reason: string }
  | { readonly type: "deny" | "skip"; readonly rule: string; readonly reason: string };

export type GateQuestion = {
  readonly trigger: Trigger;
  readonly policy: GatePolicy;
  readonly facts: GateFacts;
};

/** Logins whose role must be asked for before `decide`; none when the trigger is skipped or needs no role. */
export const rolesNeeded = (question: GateQuestion): readonly string[] => {
  const { trigger, facts } = question;
  if (!isByAnybody(trigger) || skip(question) !== undefined) return [];
  return everyone(trigger, facts.rerunBy).map((actor) => actor.login);
};

/**
 * Whether the trigger may start an Expert, and whether what it brings is to be trusted.
 *
 * Cheap refusals first (fork, draft, bot), then roles, then how often. Push, schedule, release, dispatch and manual runs
 * need no role: GitHub lets only writers start them.
 *
 * @param question with `runs`, how many runs of this workflow the sender brought about in the last 24 hours, this one
 *   among them; needed where the policy limits them
 */
export const decide = (
  question: GateQuestion & { readonly roles: Roles; readonly runs?: number },
): Verdict => {
  const { trigger } = question;
  const skipped = skip(question);
  if (skipped !== undefined) return skipped;
  if (!isByAnybody(trigger)) {
    return { type: "allow", trust: "trusted", reason: "Only people who may write can start this event." };
  }
  return refusal(trigger, question) ?? overQuota(trigger, question) ?? trustOf(trigger, question);
};

type Refusal = Extract<Verdict, { type: "skip" | "deny" }>;

const skip = ({ trigger, policy, facts }: GateQuestion): Refusal | undefined => {
  const rule = skipRule(trigger, facts);
  if (rule !== undefined) return { type: "skip", ...rule };
  if (!isByAnybody(trigger)) return undefined;
  const bot = initiators(trigger, facts.rerunBy).find(
    (actor) => actor.type === "Bot" && !isAllowedBot(actor, policy),
  );
  return bot === undefined
    ? undefined
    : { type: "skip", rule: "bot", reason: `${bot.login} is a bot that \`allow-bots\` does not name.` };
};

type Known = GateQuestion & { readonly roles: Roles; readonly runs?: number };

const refusal = (trigger: PeopleTrigger, { policy, facts, roles }: Known): Refusal | undefined => {
  const { visibility } = trigger.repository;
  const refused = initiators(trigger, facts.rerunBy).find(
    (actor) =>
      !isAllowedBot(actor, policy) &&
      !isAllowedUser(actor, policy) &&
      !atLeast(effectiveRole(actor.login, roles, visibility), policy.permission),
  );
  if (refused === undefined) return undefined;
  const role = effectiveRole(refused.login, roles, visibility);
  const has = role === "none" ? "has no role" : `has the role \`${role}\``;
  return {
    type: "deny",
    rule: "permission",
    reason: `${refused.login} ${has} in ${trigger.repository.fullName}; this step asks for \`${policy.permission}\`.`,
  };
};

const overQuota = (
  { sender }: PeopleTrigger,
  { policy: { maxJobsPerActor }, runs = 0 }: Known,
): Refusal | undefined =>
  maxJobsPerActor === undefined || runs <= maxJobsPerActor
    ? undefined
    : {
        type: "deny",
        rule: "max-jobs-per-actor",
        reason: `${sender.login} brought about ${runs} runs of this workflow in 24 hours; this step allows ${maxJobsPerActor}.`,
      };

const trustOf = (trigger: PeopleTrigger, { facts, roles }: Known): Extract<Verdict, { type: "allow" }> => {
  if (isFromFork(trigger)) {
    const what = "thread" in trigger ? "pull request" : "workflow run";
    return { type: "allow", trust: "untrusted", reason: `The ${what} comes from a fork.` };
  }
  const { visibility } = trigger.repository;
  const weak = everyone(trigger, facts.rerunBy).find(
    (actor) => !atLeast(effectiveRole(actor.login, roles, visibility), "write"),
  );
  return weak === undefined
    ? { type: "allow", trust: "trusted", reason: "Everyone involved may write to this repository." }
    : { type: "allow", trust: "untrusted", reason: `${weak.login} may not write to this repository.` };
};

const isAllowedBot = (actor: Actor, policy: GatePolicy): boolean =>
  actor.type === "Bot" && includesLogin(policy.allowBots, actor.login);

const isAllowedUser = (actor: Actor, policy: GatePolicy): boolean =>
  actor.type === "User" && includesLogin(policy.allowUsers, actor.login);

const includesLogin = (list: readonly string[], login: string): boolean =>
  list.some((entry) => entry.toLowerCase() === login.toLowerCase());
