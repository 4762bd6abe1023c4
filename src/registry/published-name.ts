import { isExpertName } from "../definition/expert-name.ts";
import { ExpertStackError } from "../errors.ts";

/** Characters of a scope, and of a name within it. */
const longestPart = 64;

/** Names that Windows keeps for devices, with any ending: an index file of that name could not be checked out there. */
const devices = /^(?:con|prn|aux|nul|(?:com|lpt)\d)$/;

/** @returns why the name cannot be published, in words that follow it; nothing for one that can */
export const nameProblem = (name: string): string | undefined => {
  if (!isExpertName(name) || !name.startsWith("@")) {
    return "is not @scope/name of lower case letters, digits, `_` and `-`, each part beginning with a letter or digit";
  }
  const parts = partsOf(name);
  const [long] = parts.filter((part) => part.length > longestPart);
  if (long !== undefined) return `has a part of ${long.length} characters, where ${longestPart} may be`;
  const [device] = parts.filter((part) => devices.test(part));
  return device === undefined ? undefined : `has the part "${device}", which is a device on Windows`;
};

/** @throws ExpertStackError NAME_INVALID */
export const requireName = (name: string): void => {
  const problem = nameProblem(name);
  if (problem === undefined) return;
  throw new ExpertStackError({
    code: "NAME_INVALID",
    message: `${JSON.stringify(name)} cannot be published: it ${problem}.`,
    remedy: 'Rename the Expert, such as [experts."@scope/code-review"].',
  });
};

/**
 * Refuses a name that a person would take for one of those that are there: `code-review` beside `code_review`, or
 * `reviewer` beside `rev1ewer`.
 *
 * @param existing names of the registry; the name itself may be among them
 * @throws ExpertStackError NAME_CONFUSABLE
 */
export const requireDistinctName = (name: string, existing: Iterable<string>): void => {
  const looks = lookOf(name);
  for (const other of existing) {
    if (other === name || lookOf(other) !== looks) continue;
    throw new ExpertStackError({
      code: "NAME_CONFUSABLE",
      message: `${name} reads like ${other}, which is in this registry.`,
      remedy: "Choose a name that nobody takes for the other.",
    });
  }
};

/** Equal for names that look alike. */
const lookOf = (name: string): string => partsOf(name).map(lookOfPart).join("/");

const lookOfPart = (part: string): string =>
  part
    .replace(/[-_]/g, "")
    .replace(/0/g, "o")
    .replace(/[1i]/g, "l")
    .replace(/5/g, "s")
    .replace(/rn/g, "m")
    .replace(/vv/g, "w");

const partsOf = (name: string): readonly string[] => name.replace(/^@/, "").split("/");
