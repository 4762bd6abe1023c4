import { ExpertStackError } from "../errors.ts";
import { version } from "./version.ts";

/** Inputs whose meaning comes in a later release, with the values that ask for nothing. */
const unavailable: Readonly<Record<string, readonly string[]>> = {
  "definitions-ref": [],
  continue: ["off"],
  "resume-from": [],
  replay: [],
};

/**
 * Refuses what this version would otherwise quietly ignore.
 *
 * @param read gives an input's value, empty when it is not set
 * @throws ExpertStackError INPUT_NOT_AVAILABLE
 */
export const refuseUnavailableInputs = (read: (name: string) => string): void => {
  for (const [name, harmless] of Object.entries(unavailable)) {
    const value = read(name);
    if (value === "" || harmless.includes(value)) continue;
    const allowed =
      harmless.length === 0 ? "Leave it out" : `Leave it out, or set it to ${harmless.join(" or ")}`;
    throw new ExpertStackError({
      code: "INPUT_NOT_AVAILABLE",
      message: `The input \`${name}: ${value}\` is not available in version ${version}.`,
      remedy: `${allowed}. The CHANGELOG says what each release brings.`,
    });
  }
};
