/**
 * Characters a person cannot see but a model or a parser reads: controls, terminal escapes, zero-width and
 * bidirectional marks, fillers, variation selectors and the Unicode tag block.
 */
export type VisibleText = { readonly text: string /** UTF-16 units taken out. */; readonly removed: number };

/* biome-ignore-start lint/suspicious/noControlCharactersInRegex: control characters are what these look for */
const terminalEscapes =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;

const controls = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f]/g;
/* biome-ignore-end lint/suspicious/noControlCharactersInRegex: see above */

const lineBreaks = /\r\n?|[\u0085\u2028\u2029]/g;

const invisible = new RegExp(
  [
    String.raw`[\u00ad\u061c\u115f\u1160\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f]`,
    String.raw`[\u3164\ufeff\uffa0\ufff0-\ufffb]`,
    String.raw`\u034f|\u17b4|\u17b5|[\u180b-\u180d]|\u180f|[\ufe00-\ufe0e]`,
    String.raw`[\u{1bca0}-\u{1bca3}]|[\u{1d173}-\u{1d17a}]|[\u{e0000}-\u{e0fff}]`,
  ].join("|"),
  "gu",
);

/** A joiner or an emoji selector means something only inside an emoji: 👩‍💻, ❤️. */
const loneJoiners =
  /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}]\ufe0f?)\u200d|\u200d(?!\p{Extended_Pictographic})|(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}]|[0-9#*](?=\ufe0f\u20e3))\ufe0f/gu;

const breaksOf = (text: string): string => text.replace(lineBreaks, "\n").replace(/[\v\f]/g, " ");

/** Applied until nothing changes, because taking one character out can make its neighbours a pair. */
const strip = (text: string): string => {
  const next = text
    .replace(terminalEscapes, "")
    .replace(controls, "")
    .replace(invisible, "")
    .replace(loneJoiners, "");
  return next.length === text.length ? next : strip(next);
};

/** The text as a reader sees it, in NFC, with `\n` line ends; `removed` tells whether anything was hiding. */
export const visibleText = (text: string): VisibleText => {
  const source = breaksOf(text.toWellFormed());
  const stripped = strip(source);
  return { text: stripped.normalize("NFC"), removed: source.length - stripped.length };
};

/** What ends a line for some readers and not for TOML, or moves on without ending it. */
const oddBreaks = /\r(?!\n)|[\v\f\u0085\u2028\u2029]/g;

/**
 * The offset of the first of these characters, or nothing. Breaks of lines other than LF and CRLF count, too: one
 * reader sees two lines where another sees one.
 */
export const firstHidden = (text: string): number | undefined => {
  const found = [terminalEscapes, controls, invisible, loneJoiners, oddBreaks]
    .map((pattern) => text.search(pattern))
    .filter((at) => at !== -1);
  return found.length === 0 ? undefined : Math.min(...found);
};
