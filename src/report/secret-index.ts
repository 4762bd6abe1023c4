import { formsOf, secretsOf, shortestSecret } from "./secret-forms.ts";
import { gramLength, type SecretPatterns, secretPatterns } from "./secret-patterns.ts";
import { type SecretWindows, secretWindows } from "./secret-windows.ts";

/** A piece of a text that belongs to a secret: `[start, end)` in UTF-16 units. */
export type Span = { readonly start: number; readonly end: number };

export type SecretIndex = {
  /** The pieces to take out, in order, apart from each other. */
  find(text: string): readonly Span[];
  /** How many characters past a point decide what happens to the one at the point. */
  readonly reach: number;
};

/** Adds to spans that are in order one that starts no earlier than they do, apart from where it touches the last. */
const add = (spans: Span[], { start, end }: Span): void => {
  const last = spans.at(-1);
  if (last === undefined || start > last.end) spans.push({ start, end });
  else spans[spans.length - 1] = { start: last.start, end: Math.max(last.end, end) };
};

/**
 * All matches, in one pass. One that starts less than a gram's length before a known end, or later, is all that can
 * add something to it, so the places in between are not asked.
 */
const matches = (text: string, windows: SecretWindows, patterns: SecretPatterns): readonly Span[] => {
  const { stride } = windows;
  const spans: Span[] = [];
  let next = 0;
  for (let at = windows.next(text, 0); at < text.length; ) {
    for (let start = Math.max(next, at - stride + 1); start <= at; start = next) {
      const end = patterns.matchEnd(text, start);
      if (end !== 0) add(spans, { start, end });
      next = Math.max(start + 1, end - gramLength + 1);
    }
    at = windows.next(text, Math.ceil(Math.max(next, at + 1) / stride) * stride);
  }
  return spans;
};

/** With the longest of the prefixes that stands before it. */
const withPrefixes = (text: string, spans: readonly Span[], prefixes: readonly string[]): readonly Span[] => {
  if (prefixes.length === 0) return spans;
  const longer: Span[] = [];
  for (const { start, end } of spans) {
    const before = prefixes.find(
      (prefix) => prefix.length <= start && text.startsWith(prefix, start - prefix.length),
    );
    add(longer, { start: start - (before?.length ?? 0), end });
  }
  return longer;
};

/** An index over the values' every form; `find` takes time linear in the text. */
export const secretIndex = (values: readonly string[]): SecretIndex => {
  const secrets = values.flatMap(secretsOf);
  const forms = [...new Set(secrets.flatMap((secret) => formsOf(secret.core)))].filter(
    (form) => form.length >= shortestSecret,
  );
  const patterns = secretPatterns(forms);
  const windows = secretWindows(forms, patterns.shortest);
  const prefixes = [...new Set(secrets.map(({ prefix }) => prefix).filter((prefix) => prefix !== ""))].sort(
    (a, b) => b.length - a.length,
  );
  return {
    reach: gramLength - 1 + (prefixes[0]?.length ?? 0),
    find: (text) =>
      forms.length === 0 ? [] : withPrefixes(text, matches(text, windows, patterns), prefixes),
  };
};
