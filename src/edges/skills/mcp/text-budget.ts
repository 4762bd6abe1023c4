/**
 * Keeps the head and the tail of a sequence of texts within `maxBytes` of UTF-8, half each, and puts a note where
 * the middle was. Texts within the budget come back as they are; no character is ever split.
 *
 * @returns one text for each given text, in order; one that fell into the middle is undefined
 */
export const withinBudget = (texts: readonly string[], maxBytes: number): readonly (string | undefined)[] => {
  const parts = texts.map((text) => Buffer.from(text, "utf8"));
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  if (total <= maxBytes) return texts;
  const headEnd = Math.floor(maxBytes / 2);
  const tailStart = total - headEnd;
  let start = 0;
  let noted = false;
  return parts.map((part) => {
    const head = part.subarray(0, floorTo(part, headEnd - start));
    const tail = part.subarray(ceilTo(part, tailStart - start));
    const end = start + part.length;
    start = end;
    if (end <= headEnd) return part.toString("utf8");
    const note = noted ? "" : `\n[… about ${total - 2 * headEnd} of ${total} bytes left out here …]\n`;
    noted = true;
    const kept = `${head.toString("utf8")}${note}${tail.toString("utf8")}`;
    return kept === "" ? undefined : kept;
  });
};

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** The last character boundary at or before `index`. */
const floorTo = (bytes: Uint8Array, index: number): number => {
  let at = Math.min(Math.max(index, 0), bytes.length);
  while (at > 0 && isContinuation(bytes[at])) at -= 1;
  return at;
};

/** The first character boundary at or after `index`. */
const ceilTo = (bytes: Uint8Array, index: number): number => {
  let at = Math.min(Math.max(index, 0), bytes.length);
  while (at < bytes.length && isContinuation(bytes[at])) at += 1;
  return at;
};
