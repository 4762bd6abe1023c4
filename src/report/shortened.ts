/**
 * A text of no more than so many UTF-16 units, with `…` for what is left out.
 *
 * Secrets that nobody named are looked for in what is published, which is this: a token without its last characters looks
 * like nothing. So no word is cut that may be one, nor a private key behind its header: it is left out as a whole.
 */
export const shortened = (text: string, widest: number): string => {
  if (text.length <= widest) return text;
  const end = widest - 1;
  const shown = text.slice(0, end);
  const before = wordBefore(shown);
  const word = before + (/^[!#-&(-_a-~]*/.exec(text.slice(end))?.[0] ?? "");
  const isCut = word.length > before.length && before !== "" && !plainWord.test(word);
  return `${withoutOpenKey(isCut ? shown.slice(0, end - before.length) : shown).toWellFormed()}…`;
};

/** ASCII without blanks and quotes. */
const wordBefore = (text: string): string => {
  let start = text.length;
  while (start > 0 && /[!#-&(-_a-~]/.test(text[start - 1] ?? "")) start -= 1;
  return text.slice(start);
};

const plainWord = /^[A-Z]?[a-z]*[.,:;!?)]*$/;

const withoutOpenKey = (text: string): string => {
  const at = text.lastIndexOf("-----BEGIN");
  return at === -1 || text.includes("-----END", at) ? text : text.slice(0, at);
};
