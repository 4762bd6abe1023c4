import type { Problem } from "../report/job-report.ts";
import { type CommentCommand, readCommand } from "../request/comment-command.ts";
import { decide, type GateFacts, type GatePolicy, rolesNeeded } from "../request/gate.ts";
import type { Role, Roles } from "../request/role.ts";
import type { Actor, Trigger } from "../request/trigger.ts";
import type { Repository } from "../run/github-ports.ts";
import type { ActionInputs } from "./action-inputs.ts";

/** Whether this trigger starts a job, and on whose word. Nothing has cost anything before this is known. */
export type Admission =
  | {
      readonly type: "admitted";
      readonly trust: "trusted" | "untrusted";
      readonly reason: string;
      readonly expert: string;
      /** What a comment command asks; missing for any other trigger. */
      readonly question?: string;
      readonly roles: Roles;
    }
  | { readonly type: "refused"; readonly conclusion: "skipped" | "denied"; readonly problem: Problem };

type Question = {
  readonly trigger: Trigger;
  readonly inputs: ActionInputs;
  readonly secrets: GateFacts["secrets"];
  /** Who ran the workflow again, when that is someone else than who set it off. */
  readonly rerunBy?: Actor;
  readonly repository: () => Promise<Repository>;
};

export const admit = async (question: Question): Promise<Admission> => {
  const { trigger, inputs } = question;
  const command = commandOf(trigger, inputs);
  if (command !== undefined && command.type !== "ask") return noCommand(command, inputs);
  const policy: GatePolicy = {
    permission: inputs.permission,
    allowUsers: inputs.allowUsers,
    allowBots: inputs.allowBots,
  };
  const facts: GateFacts = {
    secrets: question.secrets,
    ...(question.rerunBy === undefined ? {} : { rerunBy: question.rerunBy }),
  };
  const logins = rolesNeeded({ trigger, policy, facts });
  const roles = logins.length === 0 ? new Map<string, Role>() : await askRoles(question.repository, logins);
  const verdict = decide({ trigger, policy, facts, roles });
  if (verdict.type === "allow") {
    return {
      type: "admitted",
      trust: verdict.trust,
      reason: verdict.reason,
      expert: command?.expert ?? inputs.expert,
      ...(command === undefined ? {} : { question: command.question }),
      roles,
    };
  }
  return verdict.type === "skip"
    ? refused("skipped", verdict.reason, "Nothing to do.")
    : refused("denied", verdict.reason, "Lower `permission`, or name the person in `allow-users`.");
};

const commandOf = (trigger: Trigger, inputs: ActionInputs): CommentCommand | undefined =>
  trigger.type === "issueComment"
    ? readCommand(trigger.comment.body, {
        phrase: inputs.triggerPhrase,
        allowed: nameable(inputs),
        unnamed: "answers",
      })
    : undefined;

/** The step's own Expert always answers to its name. */
const nameable = ({ expert, commands }: ActionInputs): readonly string[] => [
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

const askRoles = async (repository: () => Promise<Repository>, logins: readonly string[]): Promise<Roles> => {
  const { roleOf } = await repository();
  const asked = logins.map(async (login) => [login.toLowerCase(), await roleOf(login)] as const);
  return new Map(await Promise.all(asked));
};
