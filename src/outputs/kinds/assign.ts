import * as z from "zod/mini";
import { namesRefusal } from "../allowed-names.ts";
import { allowedNames } from "../policy-options.ts";
import { placeWord, type Targeted, targetIn } from "../target.ts";
import { longest, objectSchema, stringsSchema } from "../tool-schema.ts";
import { type CommonRule, later, noThread, type OutputKindDefinition } from "./kind.ts";

export type AssignRule = CommonRule &
  Targeted & {
    /** Globs of logins. */
    readonly allow: readonly string[];
    readonly max: number;
  };

const Planned = z.object({ kind: z.literal("assign"), logins: z.array(z.string()) });
export type PlannedAssign = { readonly kind: "assign"; readonly logins: readonly string[] };

/** People whom the thread is assigned to. */
export const assign: OutputKindDefinition<AssignRule, PlannedAssign> = {
  options: ["allow", "max", "target", "required"],
  rule: (options) => ({
    required: options.flag("required"),
    allow: allowedNames(options, "ada,grace"),
    ...targetIn(options),
    max: options.count("max", 1),
  }),
  tools(rule, scope) {
    const where = placeWord(rule, scope);
    if (where === undefined) return [];
    const { allow, max } = rule;
    return [
      {
        name: "assignPeople",
        description: `Assigns people to the ${where}: at most ${max}, of ${allow.join(", ")}. ${later}`,
        inputSchema: objectSchema({
          logins: stringsSchema("Logins, without @.", { maxItems: max, maxLength: longest.login }),
        }),
      },
    ];
  },
  asked: (args) => Planned.parse({ ...args, kind: "assign" }),
  read: (recorded) => Planned.parse(recorded),
  refusal: (output, { rule, scope, before }) =>
    placeWord(rule, scope) === undefined
      ? noThread
      : namesRefusal(output.logins, {
          ...rule,
          before: before.flatMap((one) => one.logins),
          what: "login",
        }),
  withTexts: async (output) => output,
};
