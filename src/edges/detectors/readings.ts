/**
 * What a text may mean beside what it shows: escapes of JSON, of programming languages and of pages resolved, however
 * many of them are written one in another, and then without colours of a terminal and NULs, which UTF-16 has between
 * letters. In `\nghp_...` and `\u001b[31mghp_...` the token is a word of its own only to who reads the escape. Behind an
 * escape that is not known here it is one for its own prefix.
 *
 * Each reads every line by itself.
 */
export const meanings: readonly ((text: string) => string)[] = [
  (text) => apart(text),
  (text) => unescaped(text),
  (text) => uncoloured(unescaped(text)),
  (text) => apart(uncoloured(unescaped(text))),
];

/** A text as it stands, and as it is meant. */
export const readingsOf = (text: string): ReadonlySet<string> =>
  new Set([text, ...meanings.map((read) => read(text))]);

/** Those of a page are in the inline code of a summary. */
const unescaped = (text: string): string =>
  text
    .replaceAll(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/gi, (_, hex: string | undefined, decimal: string) =>
      characterOf(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
    )
    .replaceAll(
      /(?<!\\)\\+(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(e|0?33)(?=\[)|([nrtbfv"'/]))/gi,
      (_, four: string | undefined, two: string | undefined, control: string | undefined, letter: string) => {
        if (control !== undefined) return "\u001b";
        const code = four ?? two;
        return code === undefined ? (letters.get(letter) ?? letter) : characterOf(Number.parseInt(code, 16));
      },
    );

const characterOf = (code: number): string => (code > 0x10ffff ? "" : String.fromCodePoint(code));

const letters: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["b", " "],
  ["f", " "],
  ["v", " "],
]);

/** Without control sequences (ECMA-48, 5.4) and NULs. */
const uncoloured = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  text.replaceAll(/\u001b(?:\[[0-?]*[ -/]*[@-~]|[ -/]{0,4}[0-Z\\-~])|\0/g, "");

/** How the tokens begin that the rules find only where no letter stands before. */
const beginning = new RegExp(
  [
    String.raw`(?<=[\p{L}\d_])(?:`,
    "(?:gh[oprsu]|github_pat|npm|hf|gsk|lin_api|ntn|shp(?:at|ca|pa|ss)|[rs]k_(?:live|test)|gl(?:c|sa)|ops|vc[aikpr])_",
    "|dckr_pat_|figd_|cf(?:k|at|ut)_|glpat-|sk-ant-|tskey-|xox[abopr]-|xapp-|hv[bsr]\\.|SG\\.|eyJ|dapi(?=[0-9A-Fa-f]{32}))",
  ].join(""),
  "gu",
);

/** Behind one of these a letter may belong to an escape: of a language, of an address, of a mail, of a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const escaped = /(?:[\\%[\u001b]|=[\dA-F]{2})\S*$/;
const longestEscape = 32;

/** With a space before what begins like a token behind an escape, whichever it is. */
const apart = (text: string): string =>
  text.replaceAll(beginning, (prefix, at: number) =>
    escaped.test(text.slice(Math.max(0, at - longestEscape), at)) ? ` ${prefix}` : prefix,
  );
