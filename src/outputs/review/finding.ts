import { createHash } from "node:crypto";
import { visibleText } from "../../definition/hidden-text.ts";
import type { FileLines } from "./diff-place.ts";

/** What an Expert found at some lines of a pull request. */
export type Finding = FileLines & {
  /** One line, by which the same finding is known again. */
  readonly title: string;
  /** Markdown. */
  readonly body: string;
  /** What is to stand instead of the lines. */
  readonly suggestion?: string;
};

/**
 * By what a finding is known in a later run: its file, its title, and what the lines say. Not by their numbers, which
 * every push may move, and not by its text, which no model writes twice.
 *
 * @param text of the lines, as far as the diff shows them
 * @returns 16 hexadecimal digits
 */
export const fingerprint = ({ path, title }: Pick<Finding, "path" | "title">, text: string): string =>
  createHash("sha256")
    .update(JSON.stringify([path, plain(title), text.split("\n").map(spaced)]))
    .digest("hex")
    .slice(0, 16);

const spaced = (text: string): string => text.replace(/\s+/g, " ").trim();

/** Case, emphasis and a full stop do not make another title. */
const plain = (title: string): string =>
  spaced(
    visibleText(title)
      .text.toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, " "),
  );
