import * as z from "zod/mini";

/**
 * What a value must be beyond its type, in words for the person who wrote the file. It travels in the `params`
 * of zod's `custom` issue, from where `issue-finding.ts` takes it.
 */
export type FieldRule = {
  /** What is allowed, to follow "expected". */
  readonly expected: string;
  /** What to type instead: a sentence. */
  readonly remedy: string;
};

export const text = (description: string) => z.string().register(z.globalRegistry, { description });

export const textList = (description: string) =>
  z.array(z.string()).register(z.globalRegistry, { description });

/** A whole number of at least `minimum`. */
export const count = (minimum: number, description: string) =>
  z.int().check(z.gte(minimum)).register(z.globalRegistry, { description });

/** A string that passes `test`. */
export const ruled = (test: (value: string) => boolean, rule: FieldRule, description: string) =>
  z
    .string()
    .check(z.refine(test, { params: rule }))
    .register(z.globalRegistry, { description });

/** A string of a pattern, which the JSON Schema tells editors too. */
export const patterned = (pattern: RegExp, rule: FieldRule, description: string) =>
  z
    .string()
    .check(z.refine((value) => pattern.test(value), { params: rule }))
    .register(z.globalRegistry, { pattern: pattern.source, description });

/** Names to strings, such as HTTP headers. */
export const textTable = (description: string) =>
  z.record(z.string(), z.string()).register(z.globalRegistry, { description });
