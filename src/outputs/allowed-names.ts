import { fitsAny } from "./glob.ts";

/** Why names of labels or logins are refused: one is not allowed, or they are too many with those before them. */
export const namesRefusal = (
  names: readonly string[],
  of: {
    readonly allow: readonly string[];
    readonly max: number;
    readonly before: readonly string[];
    readonly what: string;
  },
): string | undefined => {
  const strange = names.find(
    (name) => !fitsAny(name, of.allow) || hasControl(name) || name.trim() !== name || isNoName(name),
  );
  if (strange !== undefined) {
    return `The ${of.what} ${JSON.stringify(strange)} is not one that this step allows: ${of.allow.join(", ")}.`;
  }
  const all = new Set([...of.before, ...names].map((name) => name.toLowerCase()));
  return all.size > of.max
    ? `At most ${of.max} ${of.what}s are allowed, and there are ${of.before.length} already.`
    : undefined;
};

/** In an address the dots lead elsewhere. */
const isNoName = (name: string): boolean => name === "" || name === "." || name === "..";

/** No name on GitHub has one, and a comma parts two names in some places. */
const hasControl = (name: string): boolean => /[\p{Cc}\p{Cf},]/u.test(name);
