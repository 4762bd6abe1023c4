import * as z from "zod/mini";
import { type ChangeRule, changedPaths } from "../change-rule.ts";
import type { PublishingRules } from "../publishing-rules.ts";
import { framed, type SanitizedText, sanitizeSubject, withoutSecrets } from "../sanitize.ts";
import { longest, objectSchema } from "../tool-schema.ts";
import type { WorkspaceChange } from "../workspace-change.ts";
import { type CommonRule, type OutputKindDefinition, type PullRequestHead, whatChanged } from "./kind.ts";

export type PushRule = CommonRule &
  ChangeRule & {
    /** Also on an untrusted trigger. */
    readonly untrusted: boolean;
  };

const Planned = z.object({ kind: z.literal("push"), message: z.string() });
export type PlannedPush = { readonly kind: "push"; readonly message: string };

/** A commit on top of the pull request, with what changed in the workspace. */
export const push: OutputKindDefinition<PushRule, PlannedPush> = {
  options: ["paths", "max-files", "untrusted", "required"],
  rule: (options) => ({
    ...changedPaths(options),
    required: options.flag("required"),
    untrusted: options.flag("untrusted"),
  }),
  tools: (rule, { head, trust }) =>
    head === undefined || (trust === "untrusted" && !rule.untrusted)
      ? []
      : [
          {
            name: "pushChanges",
            description: `Adds a commit to the pull request's branch with ${whatChanged(rule)}`,
            inputSchema: objectSchema({
              message: {
                ...{ type: "string", description: "The commit's subject: one line that says what changes." },
                ...{ minLength: 1, maxLength: longest.title },
              },
            }),
          },
        ],
  asked: (args) => Planned.parse({ ...args, kind: "push" }),
  read: (recorded) => Planned.parse(recorded),
  refusal({ message }, { rule, scope, before }) {
    if (scope.head === undefined) return "There is no pull request here whose branch can be pushed to.";
    if (scope.trust === "untrusted" && !rule.untrusted) {
      return "Somebody who may not write is involved, and then this step pushes nothing.";
    }
    if (message.trim() === "") return "A commit needs a message.";
    return before.length > 0 ? "A push is planned already; it will hold every change." : undefined;
  },
  withTexts: async ({ kind, message }, change) => ({ kind, message: await change(message) }),
};

/** A push as it goes to GitHub. */
export type PublishablePush = {
  readonly kind: "push";
  /** The branch, and the commit that it has to be at. */
  readonly head: PullRequestHead;
  readonly message: SanitizedText;
  readonly change: WorkspaceChange;
};

export const publishablePush = (
  { kind, message }: PlannedPush,
  {
    change,
    head,
    ...rules
  }: PublishingRules & { readonly change: WorkspaceChange; readonly head: PullRequestHead },
): PublishablePush => {
  const subject = withoutSecrets(sanitizeSubject(message, longest.title), rules.redact);
  return {
    ...{ kind, head, change },
    message: framed({ before: "", body: subject, after: `\n\n${rules.trace}\n` }),
  };
};
