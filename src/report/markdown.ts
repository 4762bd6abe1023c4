import { visibleText } from "../definition/hidden-text.ts";

/**
 * Any text as inline code on one line: in `<code>`, with every character that Markdown or GitHub could read as
 * something else as a character reference. Safe in a table cell.
 */
export const inlineCode = (text: string): string => {
  const line = visibleText(text).text.replaceAll("\n", " ");
  const inert = line.replace(
    /[^\p{L}\p{N} .@/-]|(?<=www)\./giu,
    (character) => `&#${character.codePointAt(0)};`,
  );
  return `<code>${inert}</code>`;
};

/** A text as a fenced block that nothing in it can end. */
export const fenced = (text: string): string => {
  const visible = visibleText(text).text;
  const longest = Math.max(2, ...(visible.match(/`{3,}/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${visible}\n${fence}`;
};

export const integer = (value: number): string =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");

export const plural = (count: number, noun: string): string =>
  `${integer(count)} ${noun}${count === 1 ? "" : "s"}`;

/** `840 ms`, `12.3 s`, `2 min 5 s`. */
export const duration = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1000);
  return `${integer(Math.floor(seconds / 60))} min ${seconds % 60} s`;
};

/** `$0.0042`, `$1.25`. */
export const dollars = (usd: number): string => `$${usd > 0 && usd < 0.1 ? usd.toFixed(4) : usd.toFixed(2)}`;

/** The first twelve characters of a digest, enough to compare by eye. */
export const shortDigest = (digest: string): string => digest.replace(/^sha256:/, "").slice(0, 12);

/** A Markdown table; the cells are Markdown already. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** `840 B`, `12.3 KB`, `1.0 MB`, by 1,024. */
export const bytes = (count: number): string => {
  if (count < 1024) return `${count} B`;
  const [size, unit] = count < 1024 ** 2 ? [count / 1024, "KB"] : [count / 1024 ** 2, "MB"];
  return `${size.toFixed(1)} ${unit}`;
};
