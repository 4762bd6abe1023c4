import * as z from "zod/mini";
import { invalidPolicy, type PolicyOptions } from "../policy-options.ts";
import type { PublishingRules } from "../publishing-rules.ts";
import { type SanitizedText, sanitizePlain, sanitizeTitle, withoutSecrets } from "../sanitize.ts";
import { signedBody } from "../signed-body.ts";
import { objectSchema } from "../tool-schema.ts";
import { annotationRefusal, annotationsSchema, PlannedAnnotation } from "./check-annotation.ts";
import { type CommonRule, later, type OutputKindDefinition } from "./kind.ts";

export type CheckRule = CommonRule & {
  /** What the check is called; by the Expert's own name when missing. */
  readonly name?: string;
  readonly maxAnnotations: number;
  /** Whether it may pass on an untrusted trigger, too. */
  readonly untrusted: boolean;
};

/** A required check is satisfied by `success` and by `neutral`; `action_required` leaves the decision to a person. */
const conclusions = ["success", "neutral", "failure", "action_required"] as const;
type CheckConclusion = (typeof conclusions)[number];

const Planned = z.object({
  kind: z.literal("check"),
  conclusion: z.enum(conclusions),
  title: z.string(),
  summary: z.string(),
  annotations: z._default(z.array(PlannedAnnotation), []),
});
export type PlannedCheck = {
  readonly kind: "check";
  readonly conclusion: CheckConclusion;
  readonly title: string;
  readonly summary: string;
  readonly annotations: readonly PlannedAnnotation[];
};

/** Characters: GitHub takes a summary of 65,535 with the runner's own words, and shows a title on one line. */
const longest = { name: 100, title: 120, summary: 30_000 } as const;

const mayPass = (rule: CheckRule, trust: "trusted" | "untrusted"): boolean =>
  trust === "trusted" || rule.untrusted;

/** A check run of the commit that the trigger is about. */
export const check: OutputKindDefinition<CheckRule, PlannedCheck> = {
  options: ["name", "max-annotations", "untrusted", "required"],
  rule: (options) => ({
    ...named(options),
    required: options.flag("required"),
    untrusted: options.flag("untrusted"),
    maxAnnotations: options.count("max-annotations", 50),
  }),
  tools: (rule, { commit, trust }) =>
    commit === undefined
      ? []
      : [
          {
            name: "reportCheck",
            description: `Reports a check of commit ${commit.slice(0, 12)}, once, with at most ${rule.maxAnnotations} remarks beside lines of files. ${later}`,
            inputSchema: objectSchema(
              {
                conclusion: {
                  enum: conclusions.filter((one) => mayPass(rule, trust) || !passes(one)),
                  description: mayPass(rule, trust)
                    ? "success and neutral pass; action_required asks a person to decide."
                    : "action_required asks a person to decide, who alone may let this pass.",
                },
                title: {
                  type: "string",
                  description: "The result in one line.",
                  minLength: 1,
                  maxLength: longest.title,
                },
                summary: {
                  type: "string",
                  description: "Markdown.",
                  minLength: 1,
                  maxLength: longest.summary,
                },
                annotations: annotationsSchema(rule.maxAnnotations),
              },
              ["annotations"],
            ),
          },
        ],
  asked: (args) => Planned.parse({ ...args, kind: "check" }),
  read: (recorded) => Planned.parse(recorded),
  refusal(output, { rule, scope, before }) {
    if (scope.commit === undefined) return "There is no commit here that a check could be of.";
    if (before.length > 0) return "It is reported already.";
    if (!mayPass(rule, scope.trust) && passes(output.conclusion)) {
      return `Somebody who may not write is involved, and then this step reports no ${output.conclusion}: failure or action_required.`;
    }
    if (output.title.trim() === "") return "A check needs a title.";
    return annotationRefusal(output.annotations, rule.maxAnnotations);
  },
  withTexts: async (output, change) => ({
    ...output,
    title: await change(output.title),
    summary: await change(output.summary),
    annotations: await Promise.all(
      output.annotations.map(async (one) => ({
        ...one,
        path: await change(one.path),
        message: await change(one.message),
      })),
    ),
  }),
};

const passes = (conclusion: CheckConclusion): boolean => conclusion === "success" || conclusion === "neutral";

const named = (options: PolicyOptions): { readonly name?: string } => {
  const name = options.text("name", "");
  if (name === "") return {};
  if (name.length <= longest.name && sanitizeTitle(name).text === name) return { name };
  throw invalidPolicy({
    line: options.line,
    text: `\`name\` is no line of at most ${longest.name} characters`,
  });
};

/** A check run as it goes to GitHub. */
export type PublishableCheck = {
  readonly kind: "check";
  readonly name: string;
  readonly conclusion: CheckConclusion;
  readonly title: SanitizedText;
  readonly summary: SanitizedText;
  readonly annotations: readonly PublishableAnnotation[];
};

export type PublishableAnnotation = Omit<PlannedAnnotation, "path" | "message"> & {
  readonly path: SanitizedText;
  readonly message: SanitizedText;
};

export const publishableCheck = (
  { conclusion, title, summary, annotations }: PlannedCheck,
  rule: CheckRule,
  rules: PublishingRules,
): PublishableCheck => ({
  kind: "check",
  // Neither the model nor whoever asks chooses it: by its name a check can be a required one.
  name: rule.name ?? `Expert ${rules.marker.expert}`,
  conclusion,
  title: withoutSecrets(sanitizeTitle(title), rules.redact),
  summary: signedBody(summary, rules),
  annotations: annotations.map((one) => ({
    ...one,
    path: withoutSecrets(sanitizeTitle(one.path), rules.redact),
    message: withoutSecrets(sanitizePlain(one.message), rules.redact),
  })),
});
