import type { JsonValue } from "../job/message.ts";
import { type RedactionStream, redactionStream } from "./redaction-stream.ts";
import { secretsOf } from "./secret-forms.ts";
import { secretIndex } from "./secret-index.ts";

/** What stands where a secret stood. */
export const hole = "***";

export type Redaction = {
  /** The text with every known secret, in every form it is known in, replaced by `***`. */
  redact(text: string): string;
  /** The same for every string of a JSON value, keys and numbers included. */
  redactJson(value: JsonValue): JsonValue;
  /** A redactor for a text that arrives in pieces. */
  stream(): RedactionStream;
  /** Positions, in the list given, of values too short or too common to look for; a host warns about them. */
  readonly tooShort: readonly number[];
};

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);

const redactValue = (value: JsonValue, redact: (text: string) => string): JsonValue => {
  if (typeof value === "string") return redact(value);
  if (typeof value === "number") return redact(String(value)) === String(value) ? value : hole;
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) return value.map((item) => redactValue(item, redact));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [redact(key), redactValue(item, redact)]),
  );
};

/**
 * Knows a job's secrets and takes them out of whatever leaves it.
 *
 * A match is any 12 consecutive characters of a form, beyond a vendor's public prefix, or a whole form of 8 to 11;
 * matches that touch become one `***`. Takes time linear in the text.
 */
export const makeRedaction = (secrets: readonly string[]): Redaction => {
  const index = secretIndex(secrets);
  const redact = (text: string): string => {
    const spans = index.find(text);
    if (spans.length === 0) return text;
    const kept = spans.map((span, at) => text.slice(spans[at - 1]?.end ?? 0, span.start));
    return [...kept, text.slice(spans.at(-1)?.end)].join(hole);
  };
  return {
    redact,
    redactJson: (value) => redactValue(value, redact),
    stream: () => redactionStream(index, hole),
    tooShort: secrets.flatMap((secret, at) => (secretsOf(secret).length === 0 ? [at] : [])),
  };
};
