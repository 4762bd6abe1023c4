import { formsOf, type Secret, secretsOf, shortestSecret } from "./secret-forms.ts";

/** As many consecutive characters of a form as give a secret away. */
const gramLength = 12;
const window = shortestSecret;
const multiplier = 0x01000193;

/** A piece of a text that belongs to a secret: `[start, end)` in UTF-16 units. */
export type Span = { readonly start: number; readonly end: number };

export type SecretIndex = {
  /** The pieces to take out, in order, apart from each other. */
  find(text: string): readonly Span[];
  /** How many characters past a point decide what happens to the one at the point. */
  readonly reach: number;
};

/** Hashes of a pattern's first characters, in a bit for each: what is not in it needs no closer look. */
type Filter = { readonly bits: Uint8Array; readonly mask: number };

const hashStart = (text: string): number => {
  let hash = 0;
  for (let at = 0; at < window; at += 1) hash = (Math.imul(hash, multiplier) + text.charCodeAt(at)) | 0;
  return hash;
};

const slot = (hash: number, mask: number): number => (hash ^ (hash >>> 15)) & mask;

const filterOf = (patterns: ReadonlySet<string>): Filter => {
  const size = 2 ** Math.min(22, Math.max(16, Math.ceil(Math.log2(patterns.size * 16 + 1))));
  const filter = { bits: new Uint8Array(size), mask: size - 1 };
  for (const pattern of patterns) filter.bits[slot(hashStart(pattern), filter.mask)] = 1;
  return filter;
};

/** Forms shorter than a gram whole, the others as every gram they hold. */
const patternsOf = (secrets: readonly Secret[]): ReadonlySet<string> => {
  const patterns = new Set<string>();
  for (const form of secrets.flatMap((secret) => formsOf(secret.core))) {
    if (form.length >= window && form.length < gramLength) patterns.add(form);
    for (let at = 0; at + gramLength <= form.length; at += 1) patterns.add(form.slice(at, at + gramLength));
  }
  return patterns;
};

/** Where the text may start a pattern, by a rolling hash of `window` characters. */
const candidates = (text: string, { bits, mask }: Filter): readonly number[] => {
  const found: number[] = [];
  if (text.length < window) return found;
  let oldest = 1;
  for (let at = 1; at < window; at += 1) oldest = Math.imul(oldest, multiplier);
  let hash = hashStart(text);
  for (let at = 0; ; at += 1) {
    if (bits[slot(hash, mask)] === 1) found.push(at);
    if (at + window >= text.length) return found;
    hash = (hash - Math.imul(oldest, text.charCodeAt(at))) | 0;
    hash = (Math.imul(hash, multiplier) + text.charCodeAt(at + window)) | 0;
  }
};

const merge = (spans: readonly Span[]): readonly Span[] => {
  const merged: Span[] = [];
  for (const span of spans) {
    let { start, end } = span;
    for (let last = merged.at(-1); last !== undefined && start <= last.end; last = merged.at(-1)) {
      start = Math.min(start, last.start);
      end = Math.max(end, last.end);
      merged.pop();
    }
    merged.push({ start, end });
  }
  return merged;
};

/** An index over the values' every form; `find` takes time linear in the text. */
export const secretIndex = (values: readonly string[]): SecretIndex => {
  const secrets = values.flatMap(secretsOf);
  const patterns = patternsOf(secrets);
  const lengths = [...new Set([...patterns].map((pattern) => pattern.length))];
  const prefixes = [...new Set(secrets.map((secret) => secret.prefix).filter((prefix) => prefix !== ""))];
  const filter = filterOf(patterns);
  const spanAt = (text: string, at: number): Span | undefined => {
    const length = lengths.filter((size) => patterns.has(text.slice(at, at + size)));
    if (length.length === 0) return undefined;
    const before = prefixes.filter((prefix) => text.startsWith(prefix, at - prefix.length));
    return {
      start:
        at - Math.max(0, ...before.filter((prefix) => prefix.length <= at).map((prefix) => prefix.length)),
      end: at + Math.max(...length),
    };
  };
  return {
    reach: gramLength - 1 + Math.max(0, ...prefixes.map((prefix) => prefix.length)),
    find: (text) =>
      patterns.size === 0 ? [] : merge(candidates(text, filter).flatMap((at) => spanAt(text, at) ?? [])),
  };
};
