import { hashOf, slotOf, tableSize } from "./secret-hash.ts";

/** As many characters are looked at, in one of `stride` places. */
const windowLength = 6;
/** For each window of the forms: few enough to stay in a processor's cache, so many that other text rarely hits one. */
const bitsEach = 32;

/**
 * Tells most of a text apart from secrets at a glance. Whatever its start, a match of `shortest` characters holds a
 * window that starts at a multiple of `stride`; so a place there whose window is in no form has no match across it.
 */
export type SecretWindows = {
  readonly stride: number;
  /**
   * The first of the places `from`, `from + stride`, … that starts a window of some form, or the text's length when
   * none does. It may name one too many, never one too few.
   */
  next(text: string, from: number): number;
};

/** @param shortest the length of the shortest match, at least 8 */
export const secretWindows = (forms: readonly string[], shortest: number): SecretWindows => {
  const count = forms.reduce((sum, form) => sum + form.length, 0);
  const bits = new Uint8Array(tableSize(count * bitsEach) / 8);
  const mask = bits.length * 8 - 1;
  for (const form of forms) {
    for (let at = 0; at + windowLength <= form.length; at += 1) {
      const bit = slotOf(hashOf(form, at, at + windowLength), mask);
      bits[bit >> 3] = (bits[bit >> 3] ?? 0) | (1 << (bit & 7));
    }
  }
  const stride = shortest - windowLength + 1;
  return {
    stride,
    next(text, from) {
      for (let at = from; at + windowLength <= text.length; at += stride) {
        const bit = slotOf(hashOf(text, at, at + windowLength), mask);
        if (((bits[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0) return at;
      }
      return text.length;
    },
  };
};
