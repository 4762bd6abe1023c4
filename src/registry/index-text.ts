import { ExpertStackError } from "../errors.ts";
import type { TreeFile } from "./index-place.ts";

/**
 * The text of a file of an index, byte for byte: a mark or a broken character that a lenient reader leaves out would
 * be there for another one, and would change a line without changing its text.
 *
 * @throws ExpertStackError INDEX_CORRUPT
 */
export const indexText = ({ content }: Pick<TreeFile, "content">, path: string): string => {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
    if (!text.startsWith("\ufeff")) return text;
  } catch {
    // Said below.
  }
  throw new ExpertStackError({
    code: "INDEX_CORRUPT",
    message: `${path} is not UTF-8 without a byte order mark.`,
    remedy: "Restore it from the history of the index; nothing in it is ever changed or taken away.",
  });
};
