import { framed, type InertText, sanitize, type TextPolicy } from "./sanitize.ts";

/** What a limit counts: GitHub counts a comment's characters (code points) and a summary's bytes. */
export type Measure = (text: string) => number;

export const characters: Measure = (text) => [...text].length;

export const utf8Bytes: Measure = (text) => new TextEncoder().encode(text).length;

/** The first lines that fit, or, when not even one does, as much of it as fits. */
const firstLines = (text: string, limit: number, measure: Measure): string => {
  const kept: string[] = [];
  let left = limit;
  for (const line of text.split("\n")) {
    left -= measure(line) + 1;
    if (left < 0) break;
    kept.push(line);
  }
  if (kept.length > 0) return kept.join("\n");
  const start = [...text.slice(0, limit)];
  while (start.length > 0 && measure(start.join("")) > limit) start.length = Math.floor(start.length * 0.9);
  return start.join("");
};

const cutTo = (text: string, limit: number, measure: Measure, policy: TextPolicy): InertText => {
  let room = limit;
  for (;;) {
    const cut = sanitize(firstLines(text, room, measure), policy);
    const size = measure(cut.text);
    if (size <= limit || room <= 0) return cut;
    room = Math.floor(room * Math.min(0.95, limit / size)) - 16;
  }
};

/**
 * The text within a limit: whole, or its first lines with what they opened closed again, and `notice` below.
 *
 * Sanitising the cut text again is what closes its fences and sections.
 */
export const fitText = (
  body: InertText,
  fit: {
    readonly limit: number;
    readonly measure: Measure;
    readonly notice: string;
    readonly policy: TextPolicy;
  },
): InertText => {
  if (fit.measure(body.text) <= fit.limit) return body;
  const after = `\n\n${fit.notice}`;
  const room = Math.max(0, fit.limit - fit.measure(after));
  return framed({ before: "", body: cutTo(body.text, room, fit.measure, fit.policy), after });
};
