import * as z from "zod/mini";
import { titlePrefixIn } from "../policy-options.ts";
import type { PublishingRules } from "../publishing-rules.ts";
import { framed, type SanitizedText, sanitizeTitle, withoutSecrets } from "../sanitize.ts";
import { signedBody } from "../signed-body.ts";
import { longest, objectSchema } from "../tool-schema.ts";
import { type CommonRule, later, type OutputKindDefinition } from "./kind.ts";

export type IssueRule = CommonRule & {
  readonly titlePrefix: string;
  /** What each gets, whatever the Expert wishes. */
  readonly labels: readonly string[];
  readonly max: number;
};

const Planned = z.object({ kind: z.literal("issue"), title: z.string(), body: z.string() });
export type PlannedIssue = { readonly kind: "issue"; readonly title: string; readonly body: string };

/** New issues in this repository. */
export const issue: OutputKindDefinition<IssueRule, PlannedIssue> = {
  options: ["title-prefix", "labels", "max", "required"],
  rule: (options) => ({
    required: options.flag("required"),
    titlePrefix: titlePrefixIn(options),
    labels: options.list("labels") ?? [],
    max: options.count("max", 1),
  }),
  tools: ({ titlePrefix, max }) => [
    {
      name: "openIssue",
      description: `Opens an issue in this repository: at most ${max} in all.${titlePrefix === "" ? "" : ` Its title will begin with ${JSON.stringify(titlePrefix)}.`} ${later}`,
      inputSchema: objectSchema({
        title: {
          type: "string",
          description: "One line.",
          minLength: 1,
          maxLength: longest.title - titlePrefix.length,
        },
        body: { type: "string", description: "Markdown.", minLength: 1, maxLength: longest.body },
      }),
    },
  ],
  asked: (args) => Planned.parse({ ...args, kind: "issue" }),
  read: (recorded) => Planned.parse(recorded),
  refusal({ title }, { rule, before }) {
    if (title.trim() === "") return "An issue needs a title.";
    return before.length >= rule.max
      ? `At most ${rule.max} issues are allowed, and there are ${before.length} already.`
      : undefined;
  },
  withTexts: async ({ kind, title, body }, change) => ({
    kind,
    title: await change(title),
    body: await change(body),
  }),
};

/** An issue as it goes to GitHub. */
export type PublishableIssue = {
  readonly kind: "issue";
  readonly title: SanitizedText;
  readonly body: SanitizedText;
  readonly labels: readonly string[];
};

export const publishableIssue = (
  output: PlannedIssue,
  rule: IssueRule,
  rules: PublishingRules,
): PublishableIssue => {
  const title = sanitizeTitle(output.title.slice(0, longest.title - rule.titlePrefix.length));
  return {
    kind: "issue",
    title: framed({ before: rule.titlePrefix, body: withoutSecrets(title, rules.redact), after: "" }),
    body: signedBody(output.body, rules),
    labels: rule.labels,
  };
};
