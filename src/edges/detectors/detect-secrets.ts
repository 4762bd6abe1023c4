import type { DetectedSecret } from "./detected-secret.ts";
import { ownFindings } from "./own-patterns.ts";
import { secretlintFindings } from "./secretlint-rules.ts";

/**
 * Finds what looks like anyone's secret, known to the job or not: keys and tokens of clouds and services by their
 * shape, private keys, addresses with a password. In order of their starts; they may overlap. Nothing in the text
 * switches it off.
 *
 * The first call loads the rules; then a megabyte takes some 25 ms. Meant for what is published, not for every event.
 */
export const detectSecrets = async (text: string): Promise<readonly DetectedSecret[]> =>
  [...(await secretlintFindings(text)), ...ownFindings(text)].sort((a, b) => a.start - b.start);

/** The text with `***` in place of each, one for those that overlap; `rules` names what was found, each once. */
export const withoutDetected = async (
  text: string,
): Promise<{ readonly text: string; readonly rules: readonly string[] }> => {
  const found = await detectSecrets(text);
  const pieces: string[] = [];
  let kept = 0;
  for (const { start, end } of found) {
    if (start >= kept) pieces.push(text.slice(kept, start), "***");
    kept = Math.max(kept, end);
  }
  return {
    text: [...pieces, text.slice(kept)].join(""),
    rules: [...new Set(found.map(({ rule }) => rule))].sort(),
  };
};
