import { UnusableClone } from "./unusable-clone.ts";

/**
 * An object made of another one: pieces that are copied from it and pieces that are new,
 * https://git-scm.com/docs/gitformat-pack
 *
 * @param largest bytes that it may have
 * @throws UnusableClone when the two do not fit together
 */
export const applyDelta = (base: Buffer, delta: Buffer, largest: number): Buffer => {
  const from = length(delta, 0);
  const to = length(delta, from.end);
  if (from.value !== base.length || to.value > largest) throw misfit();
  const made = Buffer.alloc(to.value);
  let filled = 0;
  for (let at = to.end; at < delta.length; ) {
    const piece = pieceAt(delta, at);
    const source = piece.of === "base" ? base : delta;
    if (piece.start + piece.size > source.length || filled + piece.size > made.length) throw misfit();
    source.copy(made, filled, piece.start, piece.start + piece.size);
    filled += piece.size;
    at = piece.end;
  }
  if (filled !== made.length) throw misfit();
  return made;
};

/** Bytes of the base or of the delta itself, and where the next piece is told of. */
type Piece = {
  readonly of: "base" | "delta";
  readonly start: number;
  readonly size: number;
  readonly end: number;
};

/** A copy has the highest bit set, and a bit for each byte of its offset and its size that is not zero. */
const pieceAt = (delta: Buffer, at: number): Piece => {
  const command = delta[at] ?? 0;
  if (command === 0) throw misfit();
  if ((command & 0x80) === 0) {
    return { of: "delta", start: at + 1, size: command, end: at + 1 + command };
  }
  let end = at + 1;
  const byteIf = (bit: number): number => {
    if ((command & bit) === 0) return 0;
    end += 1;
    return delta[end - 1] ?? 0;
  };
  const start = byteIf(0x01) + byteIf(0x02) * 2 ** 8 + byteIf(0x04) * 2 ** 16 + byteIf(0x08) * 2 ** 24;
  const size = byteIf(0x10) + byteIf(0x20) * 2 ** 8 + byteIf(0x40) * 2 ** 16;
  if (end > delta.length) throw misfit();
  return { of: "base", start, size: size || 2 ** 16, end };
};

/** Seven bits a byte, the lowest first; the highest bit says that another byte follows. */
const length = (delta: Buffer, start: number): { readonly value: number; readonly end: number } => {
  let value = 0;
  // Seven bytes say more than any object has.
  for (let at = start; at < Math.min(delta.length, start + 7); at++) {
    const byte = delta[at] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if ((byte & 0x80) === 0) return { value, end: at + 1 };
  }
  throw misfit();
};

const misfit = (): UnusableClone => new UnusableClone("a delta of a pack does not fit its base");
