import type { BaseTool } from "./base-tool.ts";
import { callArguments } from "./call-arguments.ts";
import { replaceText } from "./replace-text.ts";
import { answer, toolFailed } from "./tool-outcome.ts";
import { contentUpTo, type Entry } from "./workspace.ts";
import { openWritable, replaceContent } from "./writable-file.ts";

/** Replaces a text that occurs once. Answers `{path, line}`, the line counted from 0. */
export const editTextFile: BaseTool = (args, { workspace }) => {
  const given = callArguments(args);
  const change = { oldText: given.text("oldText"), newText: given.text("newText") };
  using slot = workspace.openSlot(given.text("path"), "existing");
  using file = openWritable(slot);
  if (file === undefined) throw toolFailed("There is no such file.", "Create it with writeTextFile.");
  const replacement = replaceText(wholeText(file), change);
  switch (replacement.type) {
    case "missing":
      throw toolFailed("oldText does not occur in the file.", "Read the file and copy the text exactly.");
    case "ambiguous":
      throw toolFailed(ambiguity(replacement.lines), "Take in more of the surrounding text.");
    case "replaced":
      replaceContent(slot, Buffer.from(replacement.text, "utf8"), file);
      return answer({ path: slot.path, line: replacement.line });
    default:
      return replacement satisfies never;
  }
};

const maxBytes = 10_000_000;
const maxLinesNamed = 20;

const wholeText = (file: Entry): string => {
  const content = contentUpTo(file, maxBytes);
  if (content === undefined) throw toolFailed("The file is over 10 MB, too large to edit.");
  try {
    // The byte order mark stays, and what is not UTF-8 would come back damaged.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch (error) {
    if (error instanceof TypeError) throw toolFailed("The file is not UTF-8 text.");
    throw error;
  }
};

const ambiguity = (lines: readonly number[]): string => {
  const named = lines.slice(0, maxLinesNamed).join(", ");
  const more = lines.length > maxLinesNamed ? ", …" : "";
  return `oldText occurs ${lines.length} times, at lines ${named}${more} (counted from 0).`;
};
