import { keyText } from "./manifest-source.ts";
import type { KeyPath } from "./toml-positions.ts";

const longestShown = 60;

export const quoted = (text: string): string => JSON.stringify(text);

/** A found value for a message: short values as they are, long ones cut, tables and arrays by kind. */
export const shown = (value: unknown): string => {
  if (typeof value === "string") {
    return quoted(value.length > longestShown ? `${value.slice(0, longestShown)}…` : value);
  }
  if (Array.isArray(value)) return "an array";
  if (value instanceof Date) return "a date";
  return typeof value === "object" ? "a table" : String(value);
};

/** `1 element`, `2 elements`. */
export const counted = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? "" : "s"}`;

/** A kind of value in words. The kinds are zod's; every number of a manifest is a whole one. */
export const article = (kind: string): string => words.get(kind)?.name ?? `a ${kind}`;

const words: ReadonlyMap<string, { readonly name: string; readonly example: string }> = new Map([
  ["string", { name: "a string", example: '"…"' }],
  ["int", { name: "a whole number", example: "1" }],
  ["number", { name: "a whole number", example: "1" }],
  ["boolean", { name: "true or false", example: "true" }],
  ["array", { name: "an array", example: "[]" }],
  ["object", { name: "a table", example: "{}" }],
  ["record", { name: "a table", example: "{}" }],
]);

/** TOML for a value of the kind, made of what was found where that is possible. */
export const example = (kind: string, found: unknown): string => {
  const isScalar = typeof found === "string" || typeof found === "number" || typeof found === "boolean";
  if (kind === "string" && isScalar) return quoted(String(found));
  if (kind === "array" && typeof found === "string") return `[${quoted(found)}]`;
  if (kind === "boolean" && (found === "true" || found === "false")) return found;
  if ((kind === "int" || kind === "number") && isScalar && Number.isFinite(Number(found))) {
    return String(Math.max(1, Math.round(Number(found))));
  }
  return words.get(kind)?.example ?? '"…"';
};

const unitMs: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["min", 60_000],
  ["h", 3_600_000],
]);

/** What a duration such as `5s` or `1.5 min` means, or nothing when it is none. */
export const milliseconds = (found: unknown): number | undefined => {
  const [, count, unit = ""] =
    (typeof found === "string" && /^(\d{1,9}(?:\.\d{1,3})?) ?([a-z]+)$/.exec(found)) || [];
  const factor = unitMs.get(unit);
  return factor === undefined ? undefined : Math.max(1, Math.round(Number(count) * factor));
};

/** `key = value` for the end of a path, or the value alone for an array's element. */
export const assignment = (path: KeyPath, written: string): string => {
  const last = path.at(-1);
  return typeof last === "string" ? `${keyText([last])} = ${written}` : written;
};

/** The table a path's last key belongs to, as its header would be written. */
export const tableName = (path: KeyPath): string =>
  path.length <= 1 ? "the top of the file" : `[${keyText(path.slice(0, -1))}]`;

export const lastOf = (path: KeyPath): string => String(path.at(-1) ?? "");
