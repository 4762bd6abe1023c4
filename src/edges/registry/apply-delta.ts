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
  const pieces: Buffer[] = [];
  for (let at = to.end; at < delta.length; ) {
    const { piece, end } = pieceAt(delta, at, base);
    pieces.push(piece);
    at = end;
  }
  const made = Buffer.concat(pieces);
  if (made.length !== to.value) throw misfit();
  return made;
};

type Piece = { readonly piece: Buffer; readonly end: number };

/** A copy has the highest bit set, and a bit for each byte of its offset and its size that is not zero. */
const pieceAt = (delta: Buffer, at: number, base: Buffer): Piece => {
  const command = delta[at] ?? 0;
  if ((command & 0x80) === 0) {
    const end = at + 1 + command;
    if (command === 0 || end > delta.length) throw misfit();
    return { piece: delta.subarray(at + 1, end), end };
  }
  let end = at + 1;
  const numberOf = (bits: number): number => {
    let value = 0;
    for (let index = 0; index < bits.toString(2).length; index++) {
      if ((bits & (1 << index)) === 0) continue;
      value += (delta[end] ?? 0) * 256 ** index;
      end++;
    }
    return value;
  };
  const offset = numberOf(command & 0x0f);
  const size = numberOf((command >> 4) & 0x07) || 0x10000;
  if (end > delta.length || offset + size > base.length) throw misfit();
  return { piece: base.subarray(offset, offset + size), end };
};

/** Seven bits a byte, the lowest first; the highest bit says that another byte follows. */
const length = (delta: Buffer, start: number): { readonly value: number; readonly end: number } => {
  let value = 0;
  for (let at = start; at < delta.length; at++) {
    const byte = delta[at] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if ((byte & 0x80) === 0) return { value, end: at + 1 };
  }
  throw misfit();
};

const misfit = (): UnusableClone => new UnusableClone("a delta of a pack does not fit its base");
