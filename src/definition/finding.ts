/** Something in a manifest that a person should look at. */
export type Finding = {
  /** An `error` keeps the manifest from being used, a `warning` does not. */
  readonly severity: "error" | "warning";
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** Dotted path as one would write it in TOML, with indexes: `experts."@acme/x".delegates[0]`; empty for the file. */
  readonly key: string;
  /** What was found: a sentence without its full stop. */
  readonly message: string;
  /** What is allowed, to follow "expected". */
  readonly expected: string;
  /** What to type or do: a sentence. */
  readonly remedy: string;
  /** The source line with its number, for an error of syntax. */
  readonly frame?: string;
};

/**
 * `file:line:column: error: key: message; expected ….` and the remedy, as compilers write it; a frame follows on
 * a line of its own. Text from the file never starts a line, so no log takes it for a command.
 */
export const renderFinding = (finding: Finding): string => {
  const place = `${finding.file}:${finding.line}:${finding.column}: ${finding.severity}: `;
  const key = finding.key === "" ? "" : `${finding.key}: `;
  const sentence = `${finding.message}; expected ${finding.expected}. ${finding.remedy}`;
  const frame = finding.frame === undefined ? "" : `\n${printable(finding.frame)}`;
  return `${printable(place + key + sentence)}${frame}`;
};

/** Control and format characters (line ends, escape sequences, reversed writing) as visible escapes. */
const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
