import { hashOf, slotOf, tableSize } from "./secret-hash.ts";

/** As many consecutive characters of a form as give a secret away. */
export const gramLength = 12;

/** What gives a secret away: of a long form every gram, a shorter form whole. */
export type SecretPatterns = {
  /** The length of the shortest. */
  readonly shortest: number;
  /**
   * Where the pattern that starts here ends, or, when its form goes on as the text does, where they part; 0 when no
   * pattern starts here. Takes no longer for more forms.
   */
  matchEnd(text: string, at: number): number;
};

/** All forms in one text, so that a pattern is a place in it; `ends` has for each place where its form ends. */
type Forms = { readonly text: string; readonly ends: Int32Array };

const joined = (forms: readonly string[]): Forms => {
  const text = forms.join("");
  const ends = new Int32Array(text.length);
  let start = 0;
  for (const form of forms) {
    ends.fill(start + form.length, start, start + form.length);
    start += form.length;
  }
  return { text, ends };
};

/** Where in the joined forms the patterns start. */
const placesOf = function* (forms: readonly string[]): Generator<number> {
  let start = 0;
  for (const form of forms) {
    for (let at = 0; at <= Math.max(0, form.length - gramLength); at += 1) yield start + at;
    start += form.length;
  }
};

const patternLength = ({ ends }: Forms, place: number): number =>
  Math.min(gramLength, (ends[place] ?? 0) - place);

/** How many characters from a place in the forms on are those of the text. */
const commonLength = (forms: Forms, place: number, text: string, at: number): number => {
  const most = (forms.ends[place] ?? 0) - place;
  let count = 0;
  while (count < most && forms.text.charCodeAt(place + count) === text.charCodeAt(at + count)) count += 1;
  return count;
};

type HashedPattern = { readonly hash: number; readonly length: number };

/** A hash table of places, written out since a `Map` would need a string for each place of the text it is asked about. */
type PlaceTable = {
  /** How many characters from here on are as in the forms, from the pattern of this hash and length on; 0 without one. */
  common(text: string, at: number, pattern: HashedPattern): number;
  add(place: number, hash: number): void;
};

const placeTable = (forms: Forms): PlaceTable => {
  const slots = new Int32Array(tableSize(forms.text.length * 2)).fill(-1);
  const hashes = new Int32Array(slots.length);
  const mask = slots.length - 1;
  return {
    common(text, at, { hash, length }) {
      for (let slot = slotOf(hash, mask); ; slot = (slot + 1) & mask) {
        const place = slots[slot] ?? -1;
        if (place === -1) return 0;
        if (hashes[slot] !== hash || patternLength(forms, place) !== length) continue;
        const count = commonLength(forms, place, text, at);
        if (count >= length) return count;
      }
    },
    add(place, hash) {
      let slot = slotOf(hash, mask);
      while (slots[slot] !== -1) slot = (slot + 1) & mask;
      slots[slot] = place;
      hashes[slot] = hash;
    },
  };
};

/** @param texts the forms, of at least 8 characters each */
export const secretPatterns = (texts: readonly string[]): SecretPatterns => {
  const forms = joined(texts);
  const table = placeTable(forms);
  for (const place of placesOf(texts)) {
    const length = patternLength(forms, place);
    const hash = hashOf(forms.text, place, place + length);
    if (table.common(forms.text, place, { hash, length }) === 0) table.add(place, hash);
  }
  const lengths = [...new Set(texts.map(({ length }) => Math.min(length, gramLength)))].sort((a, b) => a - b);
  return {
    shortest: lengths[0] ?? gramLength,
    matchEnd(text, at) {
      let end = 0;
      // By index: this runs for every character of a text that is full of near misses.
      for (let turn = 0; turn < lengths.length; turn += 1) {
        const length = lengths[turn] ?? 0;
        if (at + length > text.length) break;
        const count = table.common(text, at, { hash: hashOf(text, at, at + length), length });
        if (count !== 0) end = at + count;
      }
      return end;
    },
  };
};
