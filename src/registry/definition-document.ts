import { parse, TomlError } from "smol-toml";
import { renderFinding } from "../definition/finding.ts";
import { parseManifest } from "../definition/manifest.ts";
import { ExpertStackError } from "../errors.ts";

/** Whether a file defines the Expert, among others or rightly or not; one that is no TOML may. */
export const definesExpert = (bytes: Uint8Array, name: string): boolean => {
  try {
    const { experts } = parse(new TextDecoder().decode(bytes), { maxDepth: 64 });
    return typeof experts === "object" && Object.hasOwn(experts, name);
  } catch (error) {
    if (error instanceof TomlError) return true;
    throw error;
  }
};

/** A definition as TOML. @throws ExpertStackError DUPLICATE_KEY or DEFINITION_INVALID naming the line */
export const documentOf = (text: string, file: string): unknown => {
  try {
    return parse(text, { maxDepth: 64 });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const isDuplicate = error.message.includes("redefine an already defined");
    // It is said there as of any manifest, with the line itself.
    const parsed = parseManifest({ text, file });
    const [finding] = parsed.findings;
    const message = finding === undefined ? error.message : renderFinding(finding);
    const remedy = finding?.remedy ?? `Correct line ${error.line}.`;
    throw new ExpertStackError({
      code: isDuplicate ? "DUPLICATE_KEY" : "DEFINITION_INVALID",
      message,
      remedy,
    });
  }
};
