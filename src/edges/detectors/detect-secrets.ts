import type { DetectedSecret } from "./detected-secret.ts";
import { meantPlaces } from "./meant-places.ts";
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
  inOrder([...(await secretlintFindings(text)), ...ownFindings(text)]);

/** Kinds of what a text holds in any reading of it: as it stands, and as its escapes are meant. */
export const kindsIn = async (text: string): Promise<readonly string[]> => {
  const found = await Promise.all([...readingsOf(text)].map(detectSecrets));
  return kindsOf(found.flat());
};

/**
 * All that is to be left out of a text. Of what only means a secret by its escapes these are whole lines: where in them it
 * stands nobody can say.
 */
const secretPlaces = async (text: string): Promise<readonly DetectedSecret[]> => {
  const shown = await detectSecrets(text);
  const meant = await meantPlaces({ text, rest: blanked(text, shown) }, detectSecrets);
  return inOrder([...shown, ...meant]);
};

/** The text with `***` in place of each, one for those that overlap. `rules` names what was found, each once. */
export const withoutDetected = async (
  text: string,
): Promise<{ readonly text: string; readonly rules: readonly string[] }> => {
  const found = await secretPlaces(text);
  return { text: replaced(text, found, () => "***"), rules: kindsOf(found) };
};

const kindsOf = (found: readonly DetectedSecret[]): readonly string[] =>
  [...new Set(found.map(({ rule }) => rule))].sort();

const inOrder = (found: readonly DetectedSecret[]): readonly DetectedSecret[] =>
  [...found].sort((a, b) => a.start - b.start);

/** With as many characters in as many lines, so that a place in it is one in the text. */
const blanked = (text: string, places: readonly DetectedSecret[]): string =>
  replaced(text, places, (secret) => secret.replaceAll(/[^\n]/g, "*"));

const replaced = (
  text: string,
  places: readonly DetectedSecret[],
  hole: (secret: string) => string,
): string => {
  const pieces: string[] = [];
  let kept = 0;
  for (const { start, end } of united(places)) {
    pieces.push(text.slice(kept, start), hole(text.slice(start, end)));
    kept = end;
  }
  return [...pieces, text.slice(kept)].join("");
};

/** One place for those that overlap. */
const united = (places: readonly DetectedSecret[]): readonly DetectedSecret[] => {
  const all: DetectedSecret[] = [];
  for (const place of places) {
    const last = all.at(-1);
    if (last === undefined || place.start >= last.end) all.push(place);
    else all[all.length - 1] = { ...last, end: Math.max(last.end, place.end) };
  }
  return all;
};
