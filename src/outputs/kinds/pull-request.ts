import * as z from "zod/mini";
import { branchRefusal, longestBranch } from "../branch-name.ts";
import { type ChangeRule, changedPaths } from "../change-rule.ts";
import { titlePrefixIn } from "../policy-options.ts";
import type { PublishingRules } from "../publishing-rules.ts";
import { framed, type SanitizedText, sanitizeSubject, withoutSecrets } from "../sanitize.ts";
import { signedBody } from "../signed-body.ts";
import { longest, objectSchema } from "../tool-schema.ts";
import type { WorkspaceChange } from "../workspace-change.ts";
import { type CommonRule, type OutputKindDefinition, whatChanged } from "./kind.ts";

export type PullRequestRule = CommonRule &
  ChangeRule & {
    /** Globs of what its branch may be called. */
    readonly branch: readonly string[];
    /** The branch it is for; the repository's default where it is not said. */
    readonly base: string | undefined;
    readonly titlePrefix: string;
    /** What it gets, whatever the Expert wishes. */
    readonly labels: readonly string[];
    readonly state: "draft" | "ready";
  };

const Planned = z.object({
  kind: z.literal("pull-request"),
  branch: z.string(),
  title: z.string(),
  body: z.string(),
});
export type PlannedPullRequest = {
  readonly kind: "pull-request";
  readonly branch: string;
  readonly title: string;
  readonly body: string;
};

const text = (description: string, maxLength: number) => ({
  ...{ type: "string", description, minLength: 1, maxLength },
});

/** A new branch with what changed in the workspace, and a pull request for it. */
export const pullRequest: OutputKindDefinition<PullRequestRule, PlannedPullRequest> = {
  options: ["branch", "paths", "max-files", "draft", "base", "title-prefix", "labels", "required"],
  rule: (options) => ({
    ...changedPaths(options),
    required: options.flag("required"),
    branch: options.list("branch") ?? ["expert/*"],
    base: options.text("base", "") || undefined,
    titlePrefix: titlePrefixIn(options),
    labels: options.list("labels") ?? [],
    state: options.flag("draft") ? "draft" : "ready",
  }),
  tools: (rule) => [
    {
      name: "openPullRequest",
      description: `Opens a pull request with ${whatChanged(rule)}`,
      inputSchema: objectSchema({
        branch: text(`A name for its new branch, as one of ${rule.branch.join(", ")}.`, longestBranch),
        title: text("One line.", longest.title - rule.titlePrefix.length),
        body: text("Markdown: what changes, and why.", longest.body),
      }),
    },
  ],
  asked: (args) => Planned.parse({ ...args, kind: "pull-request" }),
  read: (recorded) => Planned.parse(recorded),
  refusal({ branch, title }, { rule, before }) {
    if (title.trim() === "") return "A pull request needs a title.";
    if (before.length > 0) return "A pull request is planned already; it will hold every change.";
    return branchRefusal(branch, rule.branch);
  },
  withTexts: async ({ kind, branch, title, body }, change) => ({
    kind,
    // What was a key in it is no name of a branch any more.
    branch: await change(branch),
    title: await change(title),
    body: await change(body),
  }),
};

/** A pull request as it goes to GitHub. */
export type PublishablePullRequest = {
  readonly kind: "pull-request";
  readonly branch: string;
  /** The repository's default branch where it is not said. */
  readonly base: string | undefined;
  readonly title: SanitizedText;
  readonly body: SanitizedText;
  /** Of its commit. */
  readonly message: SanitizedText;
  readonly change: WorkspaceChange;
  readonly labels: readonly string[];
  readonly state: "draft" | "ready";
};

export const publishablePullRequest = (
  { kind, branch, title: asked, body }: PlannedPullRequest,
  rule: PullRequestRule,
  { change, ...rules }: PublishingRules & { readonly change: WorkspaceChange },
): PublishablePullRequest => {
  const { titlePrefix, base, labels, state } = rule;
  const title = withoutSecrets(sanitizeSubject(asked, longest.title - titlePrefix.length), rules.redact);
  return {
    ...{ kind, branch, base, change, labels, state },
    title: framed({ before: titlePrefix, body: title, after: "" }),
    body: signedBody(body, rules),
    message: framed({ before: "", body: title, after: `\n\n${rules.trace}\n` }),
  };
};
