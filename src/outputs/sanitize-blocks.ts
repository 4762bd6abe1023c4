import { startsHtmlBlock, tagTracker, withoutStrayStart } from "./html-tags.ts";
import { destinationAllowed } from "./link-policy.ts";
import { type LinePolicy, sanitizeLine } from "./sanitize-line.ts";

const maxQuoteDepth = 8;
const opener = /^( *)(?:(`{3,})([^`]*)|(~{3,})(.*))$/;
const itemFence = /^( *(?:[-*+]|\d{1,9}[.)]) +)((?:`{3,}[^`]*|~{3,}.*))$/;
const drawn = new Set(["mermaid", "geojson", "topojson", "stl", "math"]);

const isBlank = (line: string | undefined): boolean => line === undefined || line.trim() === "";

/** A diagram language may draw links; one whose source names a place outside is shown as source. */
const infoOf = (info: string, content: readonly string[], policy: LinePolicy): string => {
  const language = /^[\w+#.:,-]*/.exec(info.trim())?.[0] ?? "";
  // A change that a click applies is proposed by the runner alone, which has looked at its lines.
  if (/^suggestion/i.test(language)) return "text";
  if (!drawn.has(language.toLowerCase())) return language;
  const text = content.join("\n");
  const urls = text.match(/(?<![a-z0-9+.-])[a-z0-9+.-]*:?\/\/[^\s"'<>)]*/gi) ?? [];
  const harmless = !/href|src|url|javascript:|<|&/i.test(text);
  return harmless && urls.every((url) => destinationAllowed(url, policy)) ? language : "text";
};

/** The first line from `at` on that answers, or the end. */
const indexFrom = (lines: readonly string[], at: number, is: (line: string) => boolean): number => {
  let index = at;
  while (index < lines.length && !is(lines[index] ?? "")) index += 1;
  return index;
};

type Fence = { readonly lines: readonly string[]; readonly consumed: number };

/**
 * A fence that is code for GitHub whatever list it stands in: no line is indented less than the fence, so no
 * container ends inside it, and it is longer than any run of backticks it holds.
 */
const readFence = (lines: readonly string[], at: number, policy: LinePolicy): Fence | undefined => {
  const match = opener.exec(lines[at] ?? "");
  const indent = match?.[1] ?? "";
  const mark = match?.[2] ?? match?.[4];
  if (match === null || mark === undefined) return undefined;
  const isEnd = (line: string): boolean => {
    const end = /^( *)(`{3,}|~{3,}) *$/.exec(line);
    const run = end?.[2] ?? "";
    return run[0] === mark[0] && run.length >= mark.length && (end?.[1] ?? "").length < indent.length + 4;
  };
  const stop = indexFrom(lines, at + 1, isEnd);
  const pad = (line: string): string =>
    isBlank(line) || line.startsWith(indent) ? line : `${indent}${line.trimStart()}`;
  const content = lines.slice(at + 1, stop).map(pad);
  const longest = content
    .flatMap((line) => line.match(/`{3,}/g) ?? [])
    .reduce((most, run) => Math.max(most, run.length), 2);
  const fence = `${indent}${"`".repeat(longest + 1)}`;
  const info = infoOf(match[3] ?? match[5] ?? "", content, policy);
  return { lines: [`${fence}${info}`, ...content, fence], consumed: stop + 1 - at };
};

const quoteRun = (lines: readonly string[], at: number): number =>
  indexFrom(lines, at, (line) => !/^ {0,3}>/.test(line)) - at;

/** The quote's own text, sanitised by itself, so that nothing opened in it outlives it. */
const sanitizeQuote = (lines: readonly string[], policy: LinePolicy, depth: number): readonly string[] => {
  const indent = /^ */.exec(lines[0] ?? "")?.[0] ?? "";
  const inner = lines.map((line) => line.replace(/^ {0,3}> ?/, ""));
  return sanitizeBlocks(inner, policy, depth + 1).map((line) => `${indent}> ${line}`.trimEnd());
};

/** Tabs that indent are four columns; a fence on a list marker's line moves to its own. */
const normalise = (line: string): readonly string[] => {
  const spaced = line.replace(/^[ \t]+/, (indent) => indent.replaceAll("\t", "    "));
  const item = itemFence.exec(spaced);
  const prefix = item?.[1];
  const fence = item?.[2];
  if (prefix === undefined || fence === undefined) return [spaced];
  return [prefix.trimEnd(), `${" ".repeat(prefix.length)}${fence}`];
};

/** One by one: a call takes no hundred thousand arguments. */
const append = (out: string[], lines: readonly string[]): void => {
  for (const line of lines) out.push(line);
};

/** The lines of a document, or of a quote in one, safe to publish. */
export const sanitizeBlocks = (
  source: readonly string[],
  policy: LinePolicy,
  depth: number,
): readonly string[] => {
  const lines = source.flatMap(normalise);
  const tags = tagTracker();
  const out: string[] = [];
  const separate = (): void => {
    if (out.length > 0 && !isBlank(out.at(-1))) out.push("");
  };
  let html = false;
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? "";
    if (html && !isBlank(line)) out.push("");
    html = false;
    const quoted = depth < maxQuoteDepth ? quoteRun(lines, at) : 0;
    const fence = quoted > 0 ? undefined : readFence(lines, at, policy);
    if (fence !== undefined) separate();
    if (quoted > 0) append(out, sanitizeQuote(lines.slice(at, at + quoted), policy, depth));
    else if (fence !== undefined) append(out, fence.lines);
    else {
      const text = withoutStrayStart(line, tags);
      out.push(sanitizeLine(text, { policy, tags, next: lines[at + 1] ?? "" }));
      html = startsHtmlBlock(text) || startsHtmlBlock(out.at(-1) ?? "");
    }
    at += quoted > 0 ? quoted : (fence?.consumed ?? 1);
  }
  const owed = tags.closers().join("");
  if (owed === "") return out;
  separate();
  return [...out, owed];
};
