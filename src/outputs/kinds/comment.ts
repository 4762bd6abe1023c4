import type { PolicyOptions } from "../policy-options.ts";
import type { CommonRule } from "./kind.ts";

export type CommentRule = CommonRule;

/** The Expert's answer, in the thread. It needs no tool: a job that completes has one. */
export const comment = {
  options: ["required"],
  rule: (options: PolicyOptions): CommentRule => ({ required: options.flag("required") }),
} as const;
