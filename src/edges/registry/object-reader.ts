import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { inflate } from "node:zlib";
import { objectId } from "../../registry/object-id.ts";
import { Pack } from "./pack.ts";
import { readRegular } from "./regular-file.ts";
import { type ObjectFormat, UnusableClone } from "./unusable-clone.ts";

export type GitObject = {
  /** Hexadecimal. */
  readonly id: string;
  readonly type: string;
  readonly content: Buffer;
};

type Found = Omit<GitObject, "id"> | "large" | undefined;

/** Bytes of one object. An index file of a thousand versions has about a mebibyte. */
export const largestObject = 16 * 1024 ** 2;

/** Bytes of what is read at once, which is held at once. */
const largestTogether = 4 * largestObject;

/**
 * Reads objects from the files in which git keeps them, without git: it would start a process for that, and would believe
 * what lies there. Here each is held against its id. Nothing is asked of the network.
 */
export class ObjectReader implements AsyncDisposable {
  readonly #objects: string;
  readonly #format: ObjectFormat;
  /** By file name; what is none of use is passed over, as git does. */
  readonly #packs = new Map<string, Pack | undefined>();

  constructor(objects: string, format: ObjectFormat) {
    [this.#objects, this.#format] = [objects, format];
  }

  /**
   * Objects by their ids, in order; nothing for one that is not here.
   *
   * @throws UnusableClone for what is damaged, LargeObject, or the signal's reason
   */
  async read(ids: readonly string[], signal: AbortSignal): Promise<readonly (GitObject | undefined)[]> {
    const objects: (GitObject | undefined)[] = [];
    let isCurrent = false;
    let bytes = 0;
    for (const id of ids) {
      signal.throwIfAborted();
      if (!isCurrent && !this.#isPacked(id)) {
        await this.#openPacks();
        isCurrent = true;
      }
      const object = await this.#one(id);
      bytes += object?.content.length ?? 0;
      if (bytes > largestTogether) throw new LargeObject(id, largestTogether);
      objects.push(object);
    }
    return objects;
  }

  /** Those of the ids that are not here. */
  async missing(ids: readonly string[]): Promise<readonly string[]> {
    await this.#openPacks();
    const found = await Promise.all(ids.map(async (id) => this.#isPacked(id) || (await this.#isLoose(id))));
    return ids.filter((_, index) => found[index] === false);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const packs = this.#usable();
    this.#packs.clear();
    await Promise.all(packs.map((pack) => pack[Symbol.asyncDispose]()));
  }

  #isPacked(id: string): boolean {
    const bytes = Buffer.from(id, "hex");
    return this.#usable().some((pack) => pack.has(bytes));
  }

  #usable(): readonly Pack[] {
    return [...this.#packs.values()].filter((pack) => pack !== undefined);
  }

  /** Those that were not there the last time. */
  async #openPacks(): Promise<void> {
    const folder = join(this.#objects, "pack");
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((each) => each.endsWith(".idx") && !this.#packs.has(each))) {
      const path = join(folder, name.slice(0, -".idx".length));
      this.#packs.set(name, await Pack.open(path, this.#idBytes()).catch(() => undefined));
    }
  }

  async #one(id: string): Promise<GitObject | undefined> {
    const found = (await this.#packed(id)) ?? (await this.#loose(id));
    if (found === undefined) return undefined;
    if (found === "large") throw new LargeObject(id, largestObject);
    if (objectId(found.type, found.content, this.#format) !== id)
      throw new UnusableClone(`the object ${id} was altered`);
    return { id, ...found };
  }

  async #packed(id: string): Promise<Found> {
    const bytes = Buffer.from(id, "hex");
    const pack = this.#usable().find((each) => each.has(bytes));
    return await pack?.read(bytes, largestObject).catch(unusable);
  }

  async #isLoose(id: string): Promise<boolean> {
    return await access(this.#looseFile(id)).then(
      () => true,
      () => false,
    );
  }

  #looseFile(id: string): string {
    return join(this.#objects, id.slice(0, 2), id.slice(2));
  }

  /** A file of its own, `<type> <size>\0<content>`: few, since a fetch brings a pack. */
  async #loose(id: string): Promise<Found> {
    const file = await readRegular(this.#looseFile(id), 2 * largestObject).catch(() => undefined);
    if (file === undefined) return undefined;
    const options = { maxOutputLength: largestObject + longestHead };
    const data = await promisify(inflate)(file, options).catch((error: unknown) =>
      isTooMuch(error) ? ("large" as const) : unusable(error),
    );
    if (data === "large") return data;
    const end = data.indexOf(0);
    const [type = ""] = data.toString("latin1", 0, end).split(" ");
    const content = data.subarray(end + 1);
    return content.length > largestObject ? "large" : { type, content };
  }

  #idBytes(): number {
    return this.#format === "sha256" ? 32 : 20;
  }
}

/** Bytes of a type, a size and what stands between them. */
const longestHead = 64;

const isTooMuch = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";

const unusable = (error: unknown): never => {
  if (error instanceof UnusableClone) throw error;
  throw new UnusableClone(error instanceof Error ? error.message : String(error));
};

/** An object that no file of a registry may be, by itself or with those that it was read with. Never leaves this folder. */
export class LargeObject extends Error {
  readonly id: string;
  /** Bytes. */
  readonly limit: number;

  constructor(id: string, limit: number) {
    super(`the object ${id} leads to more than ${limit} bytes`);
    this.name = "LargeObject";
    [this.id, this.limit] = [id, limit];
  }
}
