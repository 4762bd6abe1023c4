import { parse } from "smol-toml";

/** A place in a text that moves while the text is read. */
export type Cursor = { readonly text: string; at: number };

export type KeyPart = { readonly name: string; readonly at: number };

/** Moves past white space, line ends and comments. */
export const skipVoid = (cursor: Cursor): void => {
  skip(cursor, /(?:[ \t\r\n]+|#[^\n]*)*/y);
};

/** Reads `a."b c".d`, and the blanks around its parts, up to the `=` or `]` that follows. */
export const readKey = (cursor: Cursor): readonly KeyPart[] => {
  const parts: KeyPart[] = [];
  for (;;) {
    skip(cursor, /[ \t]*/y);
    const at = cursor.at;
    const quote = cursor.text[at];
    if (quote === '"' || quote === "'") skipString(cursor);
    else skip(cursor, /[A-Za-z0-9_-]+/y);
    parts.push({ name: nameOf(cursor.text.slice(at, cursor.at)), at });
    skip(cursor, /[ \t]*/y);
    if (cursor.text[cursor.at] !== ".") return parts;
    cursor.at++;
  }
};

/** Moves past a string of any of the four kinds; the cursor stands on its first quote. */
export const skipString = (cursor: Cursor): void => {
  const quote = cursor.text[cursor.at] ?? "";
  const isLong = cursor.text.startsWith(quote.repeat(3), cursor.at);
  const fence = isLong ? quote.repeat(3) : quote;
  cursor.at = closingFence(cursor.text, { from: cursor.at + fence.length, fence });
  cursor.at += fence.length;
  // Up to two quotes before the closing three belong to the text.
  if (isLong) skip(cursor, quote === '"' ? /"{0,2}/y : /'{0,2}/y);
};

const closingFence = (text: string, { from, fence }: { from: number; fence: string }): number => {
  let at = text.indexOf(fence, from);
  while (at !== -1 && fence.startsWith('"') && isEscaped(text, at)) at = text.indexOf(fence, at + 1);
  return at === -1 ? text.length : at;
};

const isEscaped = (text: string, at: number): boolean => {
  let before = at;
  while (text[before - 1] === "\\") before--;
  return (at - before) % 2 === 1;
};

/** The parser itself says what a quoted name means, so that escapes cannot be understood in two ways. */
const nameOf = (written: string): string => {
  if (!/^["']/.test(written)) return written;
  const { name } = parse(`name = ${written}`);
  return typeof name === "string" ? name : written;
};

const skip = (cursor: Cursor, pattern: RegExp): void => {
  pattern.lastIndex = cursor.at;
  if (pattern.test(cursor.text)) cursor.at = pattern.lastIndex;
};
