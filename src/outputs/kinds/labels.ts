import * as z from "zod/mini";
import { namesRefusal } from "../allowed-names.ts";
import { allowedNames } from "../policy-options.ts";
import { longest, objectSchema, stringsSchema } from "../tool-schema.ts";
import { type CommonRule, later, noThread, type OutputKindDefinition, threadWord } from "./kind.ts";

export type LabelsRule = CommonRule & {
  /** Globs of names. */
  readonly allow: readonly string[];
  readonly max: number;
};

const Planned = z.object({ kind: z.literal("labels"), labels: z.array(z.string()) });
export type PlannedLabels = { readonly kind: "labels"; readonly labels: readonly string[] };

/** Labels that the thread gets. */
export const labels: OutputKindDefinition<LabelsRule, PlannedLabels> = {
  options: ["allow", "max", "required"],
  rule: (options) => ({
    required: options.flag("required"),
    allow: allowedNames(options, "bug,needs-*"),
    max: options.count("max", 3),
  }),
  tools: ({ allow, max }, { thread }) =>
    thread === undefined
      ? []
      : [
          {
            name: "addLabels",
            description: `Gives the ${threadWord(thread)} labels of this repository: at most ${max}, of ${allow.join(", ")}. ${later}`,
            inputSchema: objectSchema({
              labels: stringsSchema("Names of labels.", { maxItems: max, maxLength: longest.label }),
            }),
          },
        ],
  asked: (args) => Planned.parse({ ...args, kind: "labels" }),
  read: (recorded) => Planned.parse(recorded),
  refusal: (output, { rule, scope, before }) =>
    scope.thread === undefined
      ? noThread
      : namesRefusal(output.labels, {
          ...rule,
          before: before.flatMap((one) => one.labels),
          what: "label",
        }),
  withTexts: async (output) => output,
};
