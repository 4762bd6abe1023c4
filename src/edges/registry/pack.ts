import type { FileHandle } from "node:fs/promises";
import { promisify } from "node:util";
import { inflate } from "node:zlib";
import { applyDelta } from "./apply-delta.ts";
import { PackIndex } from "./pack-index.ts";
import { openRegular, readRegular } from "./regular-file.ts";
import { UnusableClone } from "./unusable-clone.ts";

/** What a pack has at one place: an object of one of four types, or a delta and the place of its base. */
type Stored = { readonly data: Buffer } & ({ readonly type: string } | { readonly base: number });

const types: ReadonlyMap<number, string> = new Map([
  [1, "commit"],
  [2, "tree"],
  [3, "blob"],
  [4, "tag"],
]);
const offsetDelta = 6;
const idDelta = 7;

/** Deltas that lead to one object: https://git-scm.com/docs/git-config#Documentation/git-config.txt-packdepth */
const longestChain = 4095;

/** Bytes of an `.idx` file: of some ten million objects. */
const largestIndex = 2 ** 28;

/** More than an entry's head takes: a type, a size, and the place or the id of a base. */
const headBytes = 64;

/** One pack of objects, read in place. What it gives is held against the id by whoever asked. */
export class Pack implements AsyncDisposable {
  readonly #index: PackIndex;
  readonly #file: FileHandle;
  readonly #idBytes: number;

  private constructor(index: PackIndex, file: FileHandle, idBytes: number) {
    [this.#index, this.#file, this.#idBytes] = [index, file, idBytes];
  }

  /** @param path without its `.idx` or `.pack` */
  static async open(path: string, idBytes: number): Promise<Pack> {
    const index = new PackIndex(await readRegular(`${path}.idx`, largestIndex), idBytes);
    return new Pack(index, await openRegular(`${path}.pack`), idBytes);
  }

  has(id: Buffer): boolean {
    return this.#index.offsetOf(id) !== undefined;
  }

  /**
   * @param largest bytes that an object, or one that it is made of, may have
   * @returns "large" for one that has more
   * @throws UnusableClone when the pack is damaged
   */
  async read(
    id: Buffer,
    largest: number,
  ): Promise<{ readonly type: string; readonly content: Buffer } | "large" | undefined> {
    const deltas: Buffer[] = [];
    let held = 0;
    let at = this.#index.offsetOf(id);
    while (at !== undefined && deltas.length <= longestChain) {
      const stored = await this.#stored(at, largest);
      if (stored === "large") return stored;
      held += stored.data.length;
      // Whatever it is made of: nobody makes a small file of so much.
      if (held > 4 * largest) return "large";
      if ("type" in stored) {
        const content = deltas.reduceRight((base, delta) => applyDelta(base, delta, largest), stored.data);
        return { type: stored.type, content };
      }
      deltas.push(stored.data);
      at = stored.base;
    }
    if (deltas.length > 0) throw new UnusableClone("a delta of a pack has no base");
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }

  async #stored(offset: number, largest: number): Promise<Stored | "large"> {
    if (!Number.isSafeInteger(offset) || offset <= 0) throw damaged();
    const head = await this.#bytes(offset, headBytes);
    const { kind, size, end } = kindAndSize(head);
    if (size > largest) return "large";
    const type = types.get(kind);
    if (type !== undefined) return { type, data: await this.#inflated(offset + end, size) };
    const base = this.#base(kind, { head, end, offset });
    return { base: base.offset, data: await this.#inflated(offset + base.end, size) };
  }

  #base(
    kind: number,
    { head, end, offset }: { readonly head: Buffer; readonly end: number; readonly offset: number },
  ): { readonly offset: number; readonly end: number } {
    if (kind === offsetDelta) {
      const back = distance(head, end);
      return { offset: offset - back.value, end: back.end };
    }
    // The base of a delta is in the same pack: git completes what it fetches.
    const id = head.subarray(end, end + this.#idBytes);
    const found = kind === idDelta ? this.#index.offsetOf(id) : undefined;
    if (found === undefined) throw damaged();
    return { offset: found, end: end + this.#idBytes };
  }

  async #inflated(offset: number, size: number): Promise<Buffer> {
    // What cannot be made smaller grows by far less than an eighth.
    const bytes = await this.#bytes(offset, size + (size >>> 3) + 256);
    try {
      const data = await promisify(inflate)(bytes, { maxOutputLength: Math.max(size, 1) });
      if (data.length === size) return data;
    } catch {
      // Said below.
    }
    throw damaged();
  }

  async #bytes(offset: number, length: number): Promise<Buffer> {
    const { buffer, bytesRead } = await this.#file.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  }
}

/** Three bits of type and four of size, then seven bits of size a byte as long as the highest is set. */
const kindAndSize = (
  head: Buffer,
): { readonly kind: number; readonly size: number; readonly end: number } => {
  const first = head[0] ?? 0;
  let size = first & 0x0f;
  let end = 1;
  for (let byte = first; (byte & 0x80) !== 0; end++) {
    byte = head[end] ?? 0;
    size += (byte & 0x7f) * 2 ** (4 + 7 * (end - 1));
  }
  return { kind: (first >> 4) & 0x07, size, end };
};

/** Seven bits a byte, the highest first; each further byte counts on from where those before it end. */
const distance = (head: Buffer, start: number): { readonly value: number; readonly end: number } => {
  let byte = head[start] ?? 0;
  let value = byte & 0x7f;
  let end = start + 1;
  for (; (byte & 0x80) !== 0; end++) {
    byte = head[end] ?? 0;
    value = (value + 1) * 128 + (byte & 0x7f);
  }
  return { value, end };
};

const damaged = (): UnusableClone => new UnusableClone("a pack is damaged");
