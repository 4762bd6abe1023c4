import * as z from "zod/mini";
import { namesRefusal } from "../allowed-names.ts";
import { allowedNames } from "../policy-options.ts";
import { placeWord, type Targeted, targetIn } from "../target.ts";
import { longest, objectSchema, stringsSchema } from "../tool-schema.ts";
import { type CommonRule, later, noThread, type OutputKindDefinition } from "./kind.ts";

export type LabelsRule = CommonRule &
  Targeted & {
    /** Globs of names. */
    readonly allow: readonly string[];
    readonly max: number;
  };

const Planned = z.object({ kind: z.literal("labels"), labels: z.array(z.string()) });
export type PlannedLabels = { readonly kind: "labels"; readonly labels: readonly string[] };

/** Labels that the thread gets. */
export const labels: OutputKindDefinition<LabelsRule, PlannedLabels> = {
  options: ["allow", "max", "target", "required"],
  rule: (options) => ({
    required: options.flag("required"),
    allow: allowedNames(options, "bug,needs-*"),
    ...targetIn(options),
    max: options.count("max", 3),
  }),
  tools(rule, scope) {
    const where = placeWord(rule, scope);
    if (where === undefined) return [];
    const { allow, max } = rule;
    return [
      {
        name: "addLabels",
        description: `Gives the ${where} labels of this repository: at most ${max}, of ${allow.join(", ")}. ${later}`,
        inputSchema: objectSchema({
          labels: stringsSchema("Names of labels.", { maxItems: max, maxLength: longest.label }),
        }),
      },
    ];
  },
  asked: (args) => Planned.parse({ ...args, kind: "labels" }),
  read: (recorded) => Planned.parse(recorded),
  refusal: (output, { rule, scope, before }) =>
    placeWord(rule, scope) === undefined
      ? noThread
      : namesRefusal(output.labels, {
          ...rule,
          before: before.flatMap((one) => one.labels),
          what: "label",
        }),
  withTexts: async (output) => output,
};
