import { atLeast, effectiveRole, type Role, type Roles } from "./role.ts";
import { skipRule } from "./skip-rule.ts";
import type { Actor, Repository, Trigger } from "./trigger.ts";

/** The step author's word on who may start an Expert. */
export type GatePolicy = {
  /** The least role that may; `none` lets anyone, and everything of theirs is untrusted. */
  readonly permission: Role;
  /** People who may whatever their role. */
  readonly allowUsers: readonly string[];
  /** Bots that may, by exact login with its `[bot]`. */
  readonly allowBots: readonly string[];
};

/** What the host knows and the payload does not say. */
export type GateFacts = {
  /** Whether the step has its provider's key: a fork's pull request gets none. */
  readonly secrets: "present" | "missing";
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

type Threaded = Extract<Trigger, { repository: Repository; thread: unknown }>;

const isThreaded = (trigger: Trigger): trigger is Threaded => "thread" in trigger;

const unique = (actors: readonly Actor[]): readonly Actor[] => [
  ...new Map(actors.map((actor) => [actor.login.toLowerCase(), actor])).values(),
];

/** Who set the job off: the sender, the author of what it answers, and who ran it again. */
const initiators = (trigger: Threaded, facts: GateFacts): readonly Actor[] =>
  unique([
    trigger.sender,
    trigger.type === "issueComment" ? trigger.comment.author : trigger.thread.author,
    ...(facts.rerunBy === undefined ? [] : [facts.rerunBy]),
  ]);

/** Everyone whose words or clicks reach the Expert. */
const everyone = (trigger: Threaded, facts: GateFacts): readonly Actor[] =>
  unique([...initiators(trigger, facts), trigger.thread.author]);

const includesLogin = (list: readonly string[], login: string): boolean =>
  list.some((entry) => entry.toLowerCase() === login.toLowerCase());

const isAllowedBot = (actor: Actor, policy: GatePolicy): boolean =>
  actor.type === "Bot" && includesLogin(policy.allowBots, actor.login);

const isAllowedUser = (actor: Actor, policy: GatePolicy): boolean =>
  actor.type === "User" && includesLogin(policy.allowUsers, actor.login);

const skip = ({
  trigger,
  policy,
  facts,
}: GateQuestion): Extract<Verdict, { type: "skip" | "deny" }> | undefined => {
  const rule = skipRule(trigger, facts);
  if (rule !== undefined) return { type: "skip", ...rule };
  if (!isThreaded(trigger)) return undefined;
  const bot = initiators(trigger, facts).find(
    (actor) => actor.type === "Bot" && !isAllowedBot(actor, policy),
  );
  return bot === undefined
    ? undefined
    : { type: "skip", rule: "bot", reason: `${bot.login} is a bot that \`allow-bots\` does not name.` };
};

/** Logins whose role must be asked for before `decide`; none when the trigger is skipped or needs no role. */
export const rolesNeeded = (question: GateQuestion): readonly string[] => {
  const { trigger, facts } = question;
  if (!isThreaded(trigger) || skip(question) !== undefined) return [];
  return everyone(trigger, facts).map((actor) => actor.login);
};

const trustOf = (trigger: Threaded, facts: GateFacts, roles: Roles): Extract<Verdict, { type: "allow" }> => {
  if (trigger.type === "pullRequest" && trigger.origin === "fork")
    return { type: "allow", trust: "untrusted", reason: "The pull request comes from a fork." };
  const { visibility } = trigger.repository;
  const weak = everyone(trigger, facts).find(
    (actor) => !atLeast(effectiveRole(actor.login, roles, visibility), "write"),
  );
  return weak === undefined
    ? { type: "allow", trust: "trusted", reason: "Everyone involved may write to this repository." }
    : { type: "allow", trust: "untrusted", reason: `${weak.login} may not write to this repository.` };
};

/**
 * Whether the trigger may start an Expert, and whether what it brings is to be trusted.
 *
 * Cheap refusals first (fork, draft, bot), then roles. Push, schedule and manual runs need no role: GitHub lets only
 * writers start them.
 */
export const decide = (question: GateQuestion & { readonly roles: Roles }): Verdict => {
  const { trigger, policy, facts, roles } = question;
  const skipped = skip(question);
  if (skipped !== undefined) return skipped;
  if (!isThreaded(trigger))
    return { type: "allow", trust: "trusted", reason: "Only people who may write can start this event." };
  const { visibility } = trigger.repository;
  const refused = initiators(trigger, facts).find(
    (actor) =>
      !isAllowedBot(actor, policy) &&
      !isAllowedUser(actor, policy) &&
      !atLeast(effectiveRole(actor.login, roles, visibility), policy.permission),
  );
  if (refused === undefined) return trustOf(trigger, facts, roles);
  const role = effectiveRole(refused.login, roles, visibility);
  const has = role === "none" ? "has no role" : `has the role \`${role}\``;
  return {
    type: "deny",
    rule: "permission",
    reason: `${refused.login} ${has} in ${trigger.repository.fullName}; this step asks for \`${policy.permission}\`.`,
  };
};
