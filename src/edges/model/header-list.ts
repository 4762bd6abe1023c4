/**
 * `Headers` of Node's `fetch`, as far as a client of a provider needs it, without the client that Node's own loads: see
 * `provider-fetch.ts`. The bundle gives it to `@ai-sdk/provider-utils` in place of the global (`scripts/bundling/`).
 */
export class HeaderList implements Headers {
  /** By lower-case name, in the order in which they came. */
  readonly #values = new Map<string, string[]>();

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
    const before = this.#values.get(name.toLowerCase()) ?? [];
    this.#values.set(name.toLowerCase(), [...before, value.trim()]);
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase());
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase())?.join(", ") ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), [value.trim()]);
  }

  getSetCookie(): string[] {
    return [...(this.#values.get("set-cookie") ?? [])];
  }

  forEach(use: (value: string, name: string, self: Headers) => void, self?: unknown): void {
    for (const [name, value] of this.#lines()) use.call(self, value, name, this);
  }

  keys() {
    return this.#lines()
      .map(([name]) => name)
      .values();
  }

  values() {
    return this.#lines()
      .map(([, value]) => value)
      .values();
  }

  entries() {
    return this.#lines().values();
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  /** A line for each name, and for each cookie one of its own: cookies cannot be joined (RFC 6265, 3). */
  #lines(): [string, string][] {
    return [...this.#values].flatMap(([name, values]): [string, string][] =>
      name === "set-cookie" ? values.map((value) => [name, value]) : [[name, values.join(", ")]],
    );
  }
}

const isIterable = (init: object): init is Iterable<readonly [string, string]> => Symbol.iterator in init;
