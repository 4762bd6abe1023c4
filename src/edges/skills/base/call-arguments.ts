import type { JsonObject } from "../../../job/message.ts";

/**
 * Reads arguments that the tool's input schema has checked already; they are looked at again only so that their type
 * is known. Anything else than the schema's type counts as left out.
 */
export const callArguments = (args: JsonObject) => ({
  /** @throws TypeError when missing, which the schema rules out. */
  text(name: string): string {
    const value = args[name];
    if (typeof value !== "string") throw new TypeError(`argument ${name} is not a string`);
    return value;
  },
  optionalText(name: string): string | undefined {
    const value = args[name];
    return typeof value === "string" ? value : undefined;
  },
  optionalNumber(name: string): number | undefined {
    const value = args[name];
    return typeof value === "number" ? value : undefined;
  },
  flag(name: string, byDefault: boolean): boolean {
    const value = args[name];
    return typeof value === "boolean" ? value : byDefault;
  },
  texts(name: string): readonly string[] {
    const value = args[name];
    return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
  },
  textByName(name: string): Readonly<Record<string, string>> {
    const value = args[name];
    if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, item]) => (typeof item === "string" ? [[key, item]] : [])),
    );
  },
});
