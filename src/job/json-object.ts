import type { JsonObject } from "./message.ts";

/** For what was parsed from JSON, or is going to be. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
