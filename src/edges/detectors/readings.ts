/**
 * A text as it stands, and as it is meant: escapes of JSON and of programming languages resolved, however many of them are
 * written one in another, and then without colours of a terminal and NULs, which UTF-16 has between letters. In `\nghp_...`
 * and `\u001b[31mghp_...` the token is a word of its own only to who reads the escape.
 */
export const readingsOf = (text: string): ReadonlySet<string> => {
  const meant = text.replaceAll(
    /(?<!\\)\\+(?:u([0-9a-f]{4})|x([0-9a-f]{2})|([nrtbfv"'/]))/gi,
    (_, four: string | undefined, two: string | undefined, letter: string | undefined) => {
      const code = four ?? two;
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      return letters.get(letter ?? "") ?? letter ?? "";
    },
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return new Set([text, meant, meant.replaceAll(/\u001b\[[0-9;]*[A-Za-z]|\0/g, "")]);
};

const letters: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["b", " "],
  ["f", " "],
  ["v", " "],
]);
