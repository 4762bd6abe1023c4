import type { DetectedSecret } from "./detected-secret.ts";
import { readingsOf } from "./readings.ts";

/** What somebody says: one whose texts, one after the other, may be one text. */
export type Said = { readonly source: string; readonly text: string };

/** Follows private keys that are said a line at a time, each line a text of its own and others' texts between them. */
export type KeysByLine = {
  /** Whether the text has more of a key that its source began in an earlier one. */
  readonly goesOn: (said: Said) => boolean;
  /** Whether any key has begun and not ended. */
  readonly isOpen: () => boolean;
};

/** Sources that are followed at one time; a stranger may begin as many keys as it likes. */
const maxOpen = 100;

export const keysByLine = (): KeysByLine => {
  const open = new Map<string, Progress>();
  return {
    isOpen: () => open.size > 0,
    goesOn({ source, text }) {
      const { after, found } = read(open.get(source), [...readingsOf(text)].at(-1) ?? text);
      open.delete(source);
      if (after !== undefined) open.set(source, after);
      for (const [oldest] of open) if (open.size > maxOpen) open.delete(oldest);
      return found;
    },
  };
};

/**
 * The body of every private key in a text whose lines have something before or behind them: a diff, a quotation, a
 * logger's time. The headers stay.
 */
export const keyPlaces = (text: string): readonly DetectedSecret[] => {
  if (!text.includes("-----BEGIN ")) return [];
  const places: DetectedSecret[] = [];
  let progress: Progress | undefined;
  for (const { 0: line, index } of text.matchAll(/[^\r\n]+/g)) {
    if (begins(line)) progress = begun;
    else if (progress !== undefined) {
      const { after, isBody, run } = next(progress, line, foldedLine);
      const start = index + (run === undefined ? 0 : line.indexOf(run));
      const end = run === undefined ? index + line.length : start + run.length;
      if (isBody) places.push({ start, end, rule: "privatekey" });
      progress = after;
    }
  }
  return places;
};

/** What has been seen of a key: its header, perhaps fields below it, and lines of its body. */
type Progress = { readonly fields: number; readonly lines: number };
const begun: Progress = { fields: 0, lines: 0 };

const header = /^-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/;
/** Whether a key begins in the line and does not end in it. */
const begins = (line: string): boolean => {
  const at = line.lastIndexOf("-----BEGIN ");
  return at !== -1 && header.test(line.slice(at)) && !line.includes("-----END", at);
};
/** RFC 1421 and OpenPGP have some below the header. */
const [field, maxFields] = [/[A-Za-z-]{1,40}: \S.*$/, 10];
/** A logger of its own may write before and behind a line. */
const [bodyLine, lastLine] = [
  /(?<![A-Za-z0-9+/=])([A-Za-z0-9+/=]{40,})(?:[^A-Za-z0-9+/=].{0,80})?$/,
  /(?:^|[\s"'])[A-Za-z0-9+/=]+(?:["']|\W{0,8}$)/,
];
/** In one text, whose lines belong together, also shorter ones. */
const foldedLine = /(?<![A-Za-z0-9+/=])([A-Za-z0-9+/=]{24,})(?:[^A-Za-z0-9+/=].{0,80})?$/;
const shortRest = /(?<![A-Za-z0-9+/=])((?:[A-Za-z0-9+/=]{4}){2,})$/;
/** The first line is more than a digest or a path. */
const isRandom = (run: string): boolean => /[A-Z]/.test(run) && /[a-z]/.test(run) && /[\d+=]/.test(run);

const read = (
  before: Progress | undefined,
  text: string,
): { readonly after: Progress | undefined; readonly found: boolean } => {
  let [progress, isEarlier, found] = [before, before !== undefined, false];
  for (const line of text.split(/[\r\n]+/)) {
    if (begins(line)) [progress, isEarlier] = [begun, false];
    else if (progress !== undefined) {
      const { after, isBody } = next(progress, line);
      if (isBody && isEarlier) found = true;
      progress = after;
    }
  }
  return { after: progress, found };
};

const next = (
  { fields, lines }: Progress,
  line: string,
  body = bodyLine,
): { readonly after: Progress | undefined; readonly isBody: boolean; readonly run?: string } => {
  const [said = "", end] = line.split("-----END");
  const run = body.exec(said)?.[1];
  if (run !== undefined && (lines > 0 || isRandom(run))) {
    return { after: end === undefined ? { fields, lines: lines + 1 } : undefined, isBody: true, run };
  }
  if (end !== undefined) return { after: undefined, isBody: false };
  if (/^\W*$/.test(line)) return { after: { fields, lines }, isBody: false };
  if (lines > 0) {
    // The last of a text's lines may be shorter than any other, whatever stands before it.
    const rest = body === foldedLine ? shortRest.exec(line)?.[1] : undefined;
    const isBody = rest !== undefined || lastLine.test(line);
    return { after: undefined, isBody, ...(rest === undefined ? {} : { run: rest }) };
  }
  return {
    after: field.test(line) && fields < maxFields ? { fields: fields + 1, lines } : undefined,
    isBody: false,
  };
};
