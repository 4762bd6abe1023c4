import { type RedactionStream, redactionStream } from "./redaction-stream.ts";
import { secretsOf } from "./secret-forms.ts";
import { type SecretIndex, secretIndex } from "./secret-index.ts";

/** What stands where a secret stood. */
const hole = "***";

export type Redaction = {
  /** The text with every known secret, in every form it is known in, replaced by `***`. */
  redact(text: string): string;
  /** A redactor for a text that arrives in pieces. */
  stream(): RedactionStream;
  /** Positions, in the list given, of values too short or too common to look for; a host warns about them. */
  readonly tooShort: readonly number[];
};

/**
 * Knows a job's secrets and takes them out of whatever leaves it.
 *
 * A match is any 12 consecutive characters of a form, beyond a vendor's public prefix, or a whole form of 8 to 11;
 * matches that touch become one `***`. Takes time linear in the text.
 */
export const makeRedaction = (secrets: readonly string[]): Redaction => {
  // Some only ask which values are too short.
  let index: SecretIndex | undefined;
  const indexed = (): SecretIndex => {
    index ??= secretIndex(secrets);
    return index;
  };
  const redact = (text: string): string => {
    const spans = indexed().find(text);
    if (spans.length === 0) return text;
    const kept = spans.map((span, at) => text.slice(spans[at - 1]?.end ?? 0, span.start));
    return [...kept, text.slice(spans.at(-1)?.end)].join(hole);
  };
  return {
    redact,
    stream: () => redactionStream(indexed(), hole),
    tooShort: secrets.flatMap((secret, at) => (secretsOf(secret).length === 0 ? [at] : [])),
  };
};
