const multiplier = 0x01000193;

/** A hash of the characters from here to there: two at a time, since the multiplications wait for each other. */
export const hashOf = (text: string, from: number, until: number): number => {
  let hash = 0;
  let at = from;
  for (; at + 1 < until; at += 2) {
    hash = Math.imul(hash ^ text.charCodeAt(at) ^ (text.charCodeAt(at + 1) << 8), multiplier);
  }
  return at < until ? Math.imul(hash ^ text.charCodeAt(at), multiplier) : hash;
};

/** Where a hash goes in a table. The low bits alone would only tell the characters' own low bits. */
export const slotOf = (hash: number, mask: number): number => (hash ^ (hash >>> 15)) & mask;

/** A table's size, so that a mask gives a slot. */
export const tableSize = (least: number): number => 2 ** Math.ceil(Math.log2(Math.max(64, least)));
