import type { DetectedSecret } from "./detected-secret.ts";
import { ownFindings } from "./own-patterns.ts";
import { readingsOf } from "./readings.ts";
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

/** Kinds of what a text holds in any reading of it: as it stands, and as its escapes are meant. */
export const kindsIn = async (text: string): Promise<readonly string[]> => {
  const found = await Promise.all([...readingsOf(text)].map(detectSecrets));
  return [...new Set(found.flat().map(({ rule }) => rule))].sort();
};

/**
 * The text with `***` in place of each, one for those that overlap. A line that shows none, and means one by its escapes,
 * is `***` as a whole: where in it the secret stands nobody can say. `rules` names what was found, each once.
 */
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
  const shown = await withoutMeant([...pieces, text.slice(kept)].join(""));
  return {
    text: shown.text,
    rules: [...new Set([...found.map(({ rule }) => rule), ...shown.rules])].sort(),
  };
};

const withoutMeant = async (
  text: string,
): Promise<{ readonly text: string; readonly rules: readonly string[] }> => {
  // Most texts mean what they show, and are looked through once.
  if (readingsOf(text).size === 1) return { text, rules: [] };
  const rules: string[] = [];
  const lines: string[] = [];
  for (const line of text.split("\n")) {
    const meant = readingsOf(line).size === 1 ? [] : await kindsIn(line);
    rules.push(...meant);
    lines.push(meant.length === 0 ? line : "***");
  }
  return { text: lines.join("\n"), rules };
};
