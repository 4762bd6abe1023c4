import * as z from "zod/mini";
import { placeWord, type Targeted, targetIn } from "../target.ts";
import { objectSchema } from "../tool-schema.ts";
import { type CommonRule, later, noThread, type OutputKindDefinition } from "./kind.ts";

export type CloseRule = CommonRule &
  Targeted & {
    /** Also on an untrusted trigger. */
    readonly untrusted: boolean;
  };

const Planned = z.object({ kind: z.literal("close"), reason: z.enum(["completed", "not_planned"]) });
export type PlannedClose = { readonly kind: "close"; readonly reason: "completed" | "not_planned" };

/** The end of the thread. */
export const close: OutputKindDefinition<CloseRule, PlannedClose> = {
  options: ["untrusted", "target", "required"],
  rule: (options) => ({
    required: options.flag("required"),
    untrusted: options.flag("untrusted"),
    ...targetIn(options),
  }),
  tools(rule, scope) {
    const where = placeWord(rule, scope);
    if (where === undefined || (scope.trust === "untrusted" && !rule.untrusted)) return [];
    return [
      {
        name: "closeThread",
        description: `Closes the ${where}. ${later}`,
        inputSchema: objectSchema({
          reason: { enum: ["completed", "not_planned"], description: "Why: done, or not to be done." },
        }),
      },
    ];
  },
  asked: (args) => Planned.parse({ ...args, kind: "close" }),
  read: (recorded) => Planned.parse(recorded),
  refusal(_, { rule, scope, before }) {
    if (placeWord(rule, scope) === undefined) return noThread;
    if (scope.trust === "untrusted" && !rule.untrusted) {
      return "Somebody who may not write is involved, and then this step closes nothing.";
    }
    return before.length > 0 ? "It will be closed already." : undefined;
  },
  withTexts: async (output) => output,
};
