type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonSchema = { readonly [key: string]: Json };

export const stringsSchema = (
  description: string,
  { maxItems, maxLength }: { readonly maxItems: number; readonly maxLength: number },
): JsonSchema => ({
  type: "array",
  description,
  items: { type: "string", minLength: 1, maxLength },
  minItems: 1,
  maxItems,
});

/** @param optional names of those that need not be there */
export const objectSchema = (properties: JsonSchema, optional: readonly string[] = []): JsonSchema => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});

/** Characters; GitHub's limits for a label, a login and a title, and what a body may hold besides the runner's own words. */
export const longest = { label: 50, login: 39, title: 256, body: 60_000 } as const;
