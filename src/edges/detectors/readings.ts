/**
 * What a text may mean beside what it shows: escapes of JSON and of programming languages resolved, however many of them
 * are written one in another, and then without colours of a terminal and NULs, which UTF-16 has between letters. In
 * `\nghp_...` and `\u001b[31mghp_...` the token is a word of its own only to who reads the escape.
 *
 * Each reads every line by itself.
 */
export const meanings: readonly ((text: string) => string)[] = [
  (text) => unescaped(text),
  (text) => uncoloured(unescaped(text)),
];

/** A text as it stands, and as it is meant. */
export const readingsOf = (text: string): ReadonlySet<string> =>
  new Set([text, ...meanings.map((read) => read(text))]);

const unescaped = (text: string): string =>
  text.replaceAll(
    /(?<!\\)\\+(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(e|0?33)(?=\[)|([nrtbfv"'/]))/gi,
    (_, four: string | undefined, two: string | undefined, control: string | undefined, letter: string) => {
      if (control !== undefined) return "\u001b";
      const code = four ?? two;
      return code === undefined
        ? (letters.get(letter) ?? letter)
        : String.fromCharCode(Number.parseInt(code, 16));
    },
  );

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
