import type { PolicyOptions } from "../policy-options.ts";
import { type Targeted, targetIn } from "../target.ts";
import type { CommonRule } from "./kind.ts";

export type CommentRule = CommonRule & Targeted;

/** The Expert's answer, in the thread. It needs no tool: a job that completes has one. */
export const comment = {
  options: ["required", "target"],
  rule: (options: PolicyOptions): CommentRule => ({
    required: options.flag("required"),
    ...targetIn(options),
  }),
} as const;
