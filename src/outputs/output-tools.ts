import * as z from "zod/mini";
import type { PlannedKind, PlannedOutput } from "./planned-output.ts";
import type { OutputPolicy } from "./policy.ts";

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type JsonSchema = { readonly [key: string]: Json };

/** A tool by which an Expert asks for an output. */
export type OutputTool = {
  readonly name: string;
  readonly kind: PlannedKind;
  readonly description: string;
  /** JSON Schema of its arguments. */
  readonly inputSchema: JsonSchema;
};

/** What a thread is, for what can be done with it. */
export type OutputScope = {
  /** The thread of the trigger; without one nothing can be done to it. */
  readonly thread?: { readonly kind: "issue" | "pullRequest" };
  readonly trust: "trusted" | "untrusted";
};

const strings = (description: string, maxItems: number, maxLength: number): JsonSchema => ({
  type: "array",
  description,
  items: { type: "string", minLength: 1, maxLength },
  minItems: 1,
  maxItems,
});

const object = (properties: JsonSchema): JsonSchema => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

/** Characters; GitHub's limits for a label, a login, a title and a body. */
const longest = { label: 50, login: 39, title: 256, body: 60_000 } as const;

const later = "Nothing happens before you have finished; then the runner does it.";

/** The tools of a policy, as far as they make sense here. */
export const outputTools = (
  { labels, assign, issue, close }: OutputPolicy,
  { thread, trust }: OutputScope,
): readonly OutputTool[] => {
  const what = thread?.kind === "pullRequest" ? "pull request" : "issue";
  return [
    ...(labels === undefined || thread === undefined
      ? []
      : [
          {
            name: "addLabels",
            kind: "labels" as const,
            description: `Gives the ${what} labels of this repository: at most ${labels.max}, of ${labels.allow.join(", ")}. ${later}`,
            inputSchema: object({ labels: strings("Names of labels.", labels.max, longest.label) }),
          },
        ]),
    ...(assign === undefined || thread === undefined
      ? []
      : [
          {
            name: "assignPeople",
            kind: "assign" as const,
            description: `Assigns people to the ${what}: at most ${assign.max}, of ${assign.allow.join(", ")}. ${later}`,
            inputSchema: object({ logins: strings("Logins, without @.", assign.max, longest.login) }),
          },
        ]),
    ...(issue === undefined ? [] : [issueTool(issue)]),
    ...(close === undefined || thread === undefined || (trust === "untrusted" && !close.untrusted)
      ? []
      : [closeTool(what)]),
  ];
};

const issueTool = ({ titlePrefix, max }: NonNullable<OutputPolicy["issue"]>): OutputTool => ({
  name: "openIssue",
  kind: "issue",
  description: `Opens an issue in this repository: at most ${max} in all.${titlePrefix === "" ? "" : ` Its title will begin with ${JSON.stringify(titlePrefix)}.`} ${later}`,
  inputSchema: object({
    title: {
      type: "string",
      description: "One line.",
      minLength: 1,
      maxLength: longest.title - titlePrefix.length,
    },
    body: { type: "string", description: "Markdown.", minLength: 1, maxLength: longest.body },
  }),
});

const closeTool = (what: string): OutputTool => ({
  name: "closeThread",
  kind: "close",
  description: `Closes the ${what}. ${later}`,
  inputSchema: object({
    reason: { enum: ["completed", "not_planned"], description: "Why: done, or not to be done." },
  }),
});

const Arguments = {
  labels: z.object({ labels: z.array(z.string()) }),
  assign: z.object({ logins: z.array(z.string()) }),
  issue: z.object({ title: z.string(), body: z.string() }),
  close: z.object({ reason: z.enum(["completed", "not_planned"]) }),
} as const;

/** What a call asks for. @param args fit the tool's schema */
export const askedOutput = (kind: PlannedKind, args: unknown): PlannedOutput => {
  switch (kind) {
    case "labels":
      return { kind, labels: Arguments.labels.parse(args).labels };
    case "assign":
      return { kind, logins: Arguments.assign.parse(args).logins };
    case "issue":
      return { kind, ...Arguments.issue.parse(args) };
    case "close":
      return { kind, ...Arguments.close.parse(args) };
    default:
      return kind satisfies never;
  }
};
