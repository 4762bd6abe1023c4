import { UnusableClone } from "./unusable-clone.ts";

/** Before the sorted ids: a mark, the version, and how many ids begin with each byte or a lower one. */
const headerBytes = 8 + 256 * 4;

const mark = Buffer.from([0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2]);

/**
 * Where each object of a pack begins: an `.idx` file of version 2, https://git-scm.com/docs/gitformat-pack
 *
 * Nothing in it is believed: what is read by it is held against the object's id.
 */
export class PackIndex {
  readonly #content: Buffer;
  readonly #idBytes: number;
  readonly #count: number;

  /** @throws UnusableClone for another kind of file */
  constructor(content: Buffer, idBytes: number) {
    if (content.length < headerBytes || !content.subarray(0, mark.length).equals(mark))
      throw new UnusableClone("an index of a pack is of another kind");
    this.#content = content;
    this.#idBytes = idBytes;
    this.#count = content.readUInt32BE(headerBytes - 4);
    if (content.length < headerBytes + this.#count * (idBytes + 8))
      throw new UnusableClone("an index of a pack was cut off");
  }

  /** @returns bytes from the pack's beginning; nothing when the pack does not have it */
  offsetOf(id: Buffer): number | undefined {
    const first = id[0] ?? 0;
    let low = first === 0 ? 0 : this.#upTo(first - 1);
    let high = this.#upTo(first);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.#compare(id, middle);
      if (order === 0) return this.#offset(middle);
      if (order < 0) high = middle;
      else low = middle + 1;
    }
    return undefined;
  }

  #upTo(byte: number): number {
    return Math.min(this.#content.readUInt32BE(8 + byte * 4), this.#count);
  }

  #compare(id: Buffer, at: number): number {
    const start = headerBytes + at * this.#idBytes;
    return id.compare(this.#content, start, start + this.#idBytes);
  }

  /** After the ids and a checksum for each come offsets of 31 bits, or the place of one of 64 in the table after them. */
  #offset(at: number): number {
    const offsets = headerBytes + this.#count * (this.#idBytes + 4);
    const offset = this.#content.readUInt32BE(offsets + at * 4);
    if (offset < 2 ** 31) return offset;
    const large = offsets + this.#count * 4 + (offset - 2 ** 31) * 8;
    if (large + 8 > this.#content.length) throw new UnusableClone("an index of a pack was cut off");
    return Number(this.#content.readBigUInt64BE(large));
  }
}
