import { type LinePiece, linePieces, spanParts } from "./code-spans.ts";
import { decodeEntities } from "./entities.ts";
import { type HeldPieces, heldPieces } from "./held-pieces.ts";
import { startsHtmlBlock, type TagTracker } from "./html-tags.ts";
import type { LinkPolicy } from "./link-policy.ts";
import { sanitizeLinks } from "./sanitize-links.ts";

export type LinePolicy = LinkPolicy & {
  /** Logins that may be notified, without `@`. */
  readonly mentions: readonly string[];
  readonly closingKeywords: "neutralise" | "keep";
};

export type LineContext = {
  readonly policy: LinePolicy;
  readonly tags: TagTracker;
  /** The line after this one, since a keyword may close an issue named on the next line. */
  readonly next: string;
};

const ours = /<code>(?:[@＠﹫][\w/.-]+|\/[a-z][\w-]*|close[sd]?|fix(?:e[sd])?|resolve[sd]?)<\/code>/giu;
const autolink = /<([a-z][a-z0-9+.-]*:\/\/[^\s<>]*)>/gi;
/** Not inside an e-mail address, but right behind one or behind another mention: that ends where this `@` stands. */
const mention =
  /(?:(?<![a-z0-9])|(?<=[@＠﹫][\w./-]+))[@＠﹫][a-z0-9](?:[\w-]*[a-z0-9])?(?:\/[a-z0-9](?:[\w.-]*[a-z0-9])?)?/giu;
/** GitHub's names have at most 100 characters; without a bound, looking for one takes time quadratic in the line. */
const reference = String.raw`(?:\ue002|#\d|gh-\d|[\w.-]{1,100}\/[\w.-]{1,100}#\d)`;
const between = String.raw`(?:[\s:*_~([]|\ue003\d+\ue001){1,12}`;
const keyword = String.raw`(?<![\p{L}\p{N}_])(close[sd]?|fix(?:e[sd])?|resolve[sd]?)`;
const closes = new RegExp(`${keyword}(?=${between}${reference})`, "giu");
const closesNextLine = new RegExp(`${keyword}(?=:?(?:[\\s*_~]|\\ue003\\d+\\ue001)*$)`, "giu");
const startsWithReference = /^[\s>*_~([]*(?:#\d|gh-\d|[\w.-]{1,100}\/[\w.-]{1,100}#\d|https:\/\/|\[)/i;
const command = /^(\s*)(\/[a-z][\w-]*)(?=\s|$)/i;

const inert = (pieces: HeldPieces, text: string): string => pieces.hold("code", `<code>${text}</code>`);

/** Backslashes that only hide a mention or an issue number go; the others stay what they are. */
const escapePiece = (raw: string, following: string, pieces: HeldPieces): string => {
  if (raw === "\\@") return "@";
  if (raw === "\\#" && /^\d/.test(following)) return "#";
  return pieces.hold("mark", raw);
};

/** Whether a bare URL reaches the end of what was read so far; it would swallow a backtick that follows. */
const endsInUrl = (text: string, before: boolean): boolean =>
  /\/\/|www\./i.test(lastWord(decodeEntities(text))) || (before && !/\s/.test(text));

/** What follows the last whitespace. */
const lastWord = (text: string): string => {
  let start = text.length;
  while (start > 0 && !/\s/.test(text[start - 1] ?? "")) start -= 1;
  return text.slice(start);
};

/**
 * Code is left alone where GitHub is certain to read code: not on a line that may be HTML, and not when a `|`
 * inside a span could end a table cell and so the span.
 */
const holdCode = (line: string, pieces: HeldPieces): string => {
  const parts = linePieces(line);
  const cut = parts.some((part) => part.type === "code" && part.raw.includes("|"));
  const certain = !cut && !startsHtmlBlock(line);
  let inUrl = false;
  const hold = (part: LinePiece, following: string): string => {
    if (part.type === "text") return part.raw;
    if (part.type === "escape") return escapePiece(part.raw, following, pieces);
    if (part.type === "ticks") return pieces.hold("mark", part.raw.replaceAll("`", "\\`"));
    const gap = inUrl ? " " : "";
    if (certain) return `${gap}${pieces.hold("code", part.raw)}`;
    const { ticks, content } = spanParts(part.raw);
    return `${gap}${pieces.hold("mark", ticks)}${content}${pieces.hold("mark", ticks)}`;
  };
  return parts
    .map((part, index) => {
      const out = hold(part, parts[index + 1]?.raw ?? "");
      inUrl = part.type === "code" ? false : endsInUrl(part.raw, inUrl);
      return out;
    })
    .join("");
};

const sanitizeTags = (line: string, tags: TagTracker, pieces: HeldPieces): string => {
  const held = line.replace(ours, (piece) => pieces.hold("code", piece)).replace(autolink, "$1");
  let from = 0;
  let out = "";
  for (let at = held.indexOf("<"); at !== -1; at = held.indexOf("<", from)) {
    const admitted = tags.admit(held, at);
    out += held.slice(from, at);
    if (admitted !== undefined) out += pieces.hold("mark", admitted.tag);
    else out += /[a-z/!?]/i.test(held[at + 1] ?? "") ? "&lt;" : "<";
    from = at + (admitted?.length ?? 1);
  }
  return out + held.slice(from);
};

const quietMentions = (line: string, allowed: readonly string[], pieces: HeldPieces): string =>
  line.replace(mention, (name) =>
    allowed.includes(name.slice(1).toLowerCase()) ? pieces.hold("link", name) : inert(pieces, name),
  );

const quietKeywords = (line: string, next: string, pieces: HeldPieces): string => {
  const hush = (_: string, word: string): string => inert(pieces, word);
  const goesOn = startsWithReference.test(decodeEntities(next.replaceAll("\\", "")));
  return (goesOn ? line.replace(closesNextLine, hush) : line).replace(closes, hush);
};

const sanitizeWords = (line: string, { policy, next }: LineContext, pieces: HeldPieces): string => {
  const allowed = policy.mentions.map((name) => name.toLowerCase());
  const quiet = policy.closingKeywords === "keep" ? line : quietKeywords(line, next, pieces);
  return quietMentions(quiet, allowed, pieces).replace(
    command,
    (_, indent: string, word: string) => `${indent}${inert(pieces, word)}`,
  );
};

/** Without any of these a line holds nothing the rules below could find. */
const special = /[`<&@＠﹫[\]\\#/]|www\.|gh-|clos|fix|resolve/iu;

/** One line of Markdown text (not of a code fence), safe to publish; a second pass changes nothing. */
export const sanitizeLine = (line: string, context: LineContext): string => {
  if (!special.test(line)) return line;
  const pieces = heldPieces();
  const coded = decodeEntities(holdCode(line, pieces));
  const tagged = sanitizeTags(coded, context.tags, pieces);
  const linked = sanitizeLinks(tagged, context.policy, pieces);
  return pieces.restore(sanitizeWords(linked, context, pieces));
};
