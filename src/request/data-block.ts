import { visibleText } from "../definition/hidden-text.ts";

/** A text from outside with where it comes from, for a model that must take it as data. */
export type DataBlock = {
  /** `title`, `body`, `diff of src/a.ts`: the runner's word for it. */
  readonly label: string;
  /** `author`, `role`, `time` and the like, in this order. */
  readonly provenance: readonly (readonly [name: string, value: string])[];
  readonly text: string;
};

const longestRun = (text: string): number =>
  Math.max(2, ...(text.match(/`{3,}/g) ?? []).map((run) => run.length));

const oneLine = (text: string): string => visibleText(text).text.replace(/\s+/g, " ").trim();

/**
 * The block in Markdown: a heading, its provenance, and the text in a fence longer than any run of backticks in it,
 * so that no text can end its own block. Invisible characters are taken out, and the block says so.
 */
export const renderBlock = (block: DataBlock): string => {
  const { text, removed } = visibleText(block.text);
  const fence = "`".repeat(longestRun(text) + 1);
  const provenance = block.provenance.map(([name, value]) => `- ${name}: ${oneLine(value)}`);
  const hidden = removed === 0 ? [] : [`- removed: ${removed} invisible characters`];
  return [
    `### ${oneLine(block.label)}`,
    [...provenance, ...hidden].join("\n"),
    `${fence}text\n${text}\n${fence}`,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
};
