import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RegistryAddress } from "../../definition/registry-address.ts";
import { ExpertStackError } from "../../errors.ts";
import { BareClone } from "./bare-clone.ts";
import { tooLarge } from "./commit-files.ts";
import type { GitOptions } from "./git-options.ts";
import { LargeObject } from "./object-reader.ts";
import { discardStore, openStore, readStore, rememberCommits, storeDirectory } from "./object-store.ts";
import { unreachable } from "./unreachable.ts";
import { type ObjectFormat, UnusableClone } from "./unusable-clone.ts";
import { makeView, sweep } from "./view.ts";

type Work<T> = (clone: BareClone) => Promise<T>;

type Renewable<T> = { readonly work: () => Promise<T>; readonly discard: () => Promise<void> };

/** How often a clone is opened anew: in the server's format, when it was damaged, when another process threw it away. */
const mostRenewals = 5;

/** The repositories that this process fetches from. Whoever makes one disposes of it. */
export class Clones implements AsyncDisposable {
  readonly #options: GitOptions;
  readonly #views: string;
  /** Once a process. */
  readonly #swept: Promise<unknown>;
  readonly #clones = new Map<string, BareClone>();
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #stores = new Map<string, string>();
  readonly #formats = new Map<string, ObjectFormat>();

  constructor(options: GitOptions) {
    this.#options = options;
    this.#views = join(options.cacheDirectory, "registries", "views");
    this.#swept = Promise.all(
      [this.#views, dirname(this.#views), join(options.cacheDirectory, "definitions")].map(sweep),
    );
  }

  /** Works with what is kept of a repository; one at a time. A damaged one is thrown away, and the work done again. */
  async use<T>(address: RegistryAddress, signal: AbortSignal, work: Work<T>): Promise<T> {
    const before = this.#turns.get(address.url);
    const mine = (async () => {
      await before;
      return await this.#withRenewals(address, signal, {
        work: async () => work(await this.#kept(address)),
        discard: () => this.#discard(address),
      });
    })();
    this.#turns.set(
      address.url,
      mine.catch(() => undefined),
    );
    return await mine;
  }

  /** Works in an empty repository that is gone afterwards. */
  async scratch<T>(address: RegistryAddress, signal: AbortSignal, work: Work<T>): Promise<T> {
    return await this.#withRenewals(address, signal, {
      work: async () => {
        await using clone = await this.#empty(address);
        return await work(clone);
      },
      // It is gone already.
      discard: async () => undefined,
    });
  }

  /** Spares the next job the trees that these commits have in common with what is new then. */
  async remember({ url }: RegistryAddress, commits: readonly string[]): Promise<void> {
    const directory = storeDirectory(this.#options.cacheDirectory, url);
    // Another store in its place has not what these lead to.
    const now = await readStore(directory);
    if (now !== undefined && now.id === this.#stores.get(url)) await rememberCommits(directory, commits);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#swept, ...this.#turns.values()]);
    await Promise.all([...this.#clones.keys()].map((url) => this.#close(url)));
  }

  async #withRenewals<T>(address: RegistryAddress, signal: AbortSignal, job: Renewable<T>): Promise<T> {
    for (let renewals = 0; ; renewals += 1) {
      signal.throwIfAborted();
      try {
        return await job.work();
      } catch (error) {
        if (error instanceof LargeObject) throw tooLarge(address, error);
        if (!(error instanceof UnusableClone)) throw error;
        if (renewals === mostRenewals) throw this.#useless(address, error);
        if (error.format !== undefined) this.#formats.set(address.url, error.format);
        await job.discard();
      }
    }
  }

  async #discard({ url }: RegistryAddress): Promise<void> {
    await this.#close(url);
    await discardStore(storeDirectory(this.#options.cacheDirectory, url), this.#stores.get(url));
  }

  async #kept(address: RegistryAddress): Promise<BareClone> {
    const made = this.#clones.get(address.url);
    if (made !== undefined) return made;
    const clone = await stored(async () => {
      const store = await openStore(
        this.#options.cacheDirectory,
        address.url,
        this.#formats.get(address.url),
      );
      this.#stores.set(address.url, store.id);
      const view = await makeView(this.#views, store);
      const { directory, format } = store;
      return new BareClone(address, this.#options, { view, objects: join(directory, "objects"), format });
    });
    this.#clones.set(address.url, clone);
    return clone;
  }

  async #empty(address: RegistryAddress): Promise<BareClone> {
    return await stored(async () => {
      const store = await readStore(storeDirectory(this.#options.cacheDirectory, address.url));
      const format = this.#formats.get(address.url) ?? store?.format ?? "sha1";
      const view = await makeView(this.#views, { format, known: [] });
      const objects = join(view, "objects");
      await mkdir(objects);
      return new BareClone(address, this.#options, { view, objects, format });
    });
  }

  async #close(url: string): Promise<void> {
    const clone = this.#clones.get(url);
    this.#clones.delete(url);
    await clone?.[Symbol.asyncDispose]();
  }

  #useless(address: RegistryAddress, { message }: UnusableClone): ExpertStackError {
    return unreachable(
      { type: "unknown", said: message },
      { ...address, options: this.#options, attempts: 1 },
    );
  }
}

const stored = async <T>(make: () => Promise<T>): Promise<T> => {
  try {
    return await make();
  } catch (error) {
    if (error instanceof ExpertStackError) throw error;
    throw new ExpertStackError({
      code: "STORE_FAILED",
      message: `The cache of registries cannot be written: ${error instanceof Error ? error.message : error}`,
      remedy: "Make its folder writable, or name another one.",
      cause: error,
    });
  }
};
