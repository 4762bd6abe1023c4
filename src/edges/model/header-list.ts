/**
 * `Headers` of Node's `fetch`, as far as a client of a provider needs it, without the client that Node's own loads: see
 * `provider-fetch.ts`. The bundle gives it to `@ai-sdk/provider-utils` in place of the global (`scripts/bundling/`).
 */
export class HeaderList implements Headers {
  readonly #values = new Map<string, string>();

  constructor(init?: Headers | Iterable<readonly [string, string]> | Readonly<Record<string, string>>) {
    if (init === undefined) return;
    const entries = isIterable(init) ? init : Object.entries(init);
    for (const [name, value] of entries) this.append(name, value);
  }

  /** Also Node's own are headers to a library that asks. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && "getSetCookie" in value;
  }

  append(name: string, value: string): void {
    const before = this.get(name);
    this.set(name, before === null ? value : `${before}, ${value}`);
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase());
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), value.trim());
  }

  /** Cookies are not kept: no provider's interface has any. */
  getSetCookie(): string[] {
    return [];
  }

  forEach(use: (value: string, name: string, self: Headers) => void, self?: unknown): void {
    for (const [name, value] of this.#values) use.call(self, value, name, this);
  }

  keys() {
    return this.#values.keys();
  }

  values() {
    return this.#values.values();
  }

  entries() {
    return this.#values.entries();
  }

  [Symbol.iterator]() {
    return this.#values.entries();
  }
}

const isIterable = (init: object): init is Iterable<readonly [string, string]> => Symbol.iterator in init;
