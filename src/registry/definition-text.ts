import { type Finding, renderFinding } from "../definition/finding.ts";
import { firstHidden } from "../definition/hidden-text.ts";
import { type ErrorCode, ExpertStackError } from "../errors.ts";

/** The most a published definition may hold, in bytes. */
const largestPublished = 65_536;

/** A place in a file without its keys: line and column from 1. */
type Spot = Pick<Finding, "line" | "column">;

/**
 * The text of a published definition, of which a reader sees every character.
 *
 * @throws ExpertStackError DEFINITION_TOO_LARGE, NOT_UTF8, or DEFINITION_INVALID
 */
export const definitionText = (bytes: Uint8Array, file: string): string => {
  if (bytes.length > largestPublished) {
    throw new ExpertStackError({
      code: "DEFINITION_TOO_LARGE",
      message: `${file} has ${bytes.length} bytes, where ${largestPublished} may be.`,
      remedy: "Leave the long parts to delegates, or to files that the Expert reads.",
    });
  }
  const text = decoded(bytes, file);
  for (const [index, line] of text.split("\n").entries()) {
    // The break itself was taken away; a CR before it belongs to it.
    const at = firstHidden(line.replace(/\r$/, ""));
    if (at === undefined) continue;
    throw textError(
      { file, code: "DEFINITION_INVALID" },
      { line: index + 1, column: at + 1 },
      hidden(line, at),
    );
  }
  return text;
};

/** What is said of a character that is not seen. */
export const hidden = (text: string, at: number): Pick<Finding, "message" | "expected" | "remedy"> => ({
  message: `it holds the character U+${(text.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, "0")}, which a reader does not see`,
  expected: "text without controls, invisible characters and marks of writing direction",
  remedy: "Take it out.",
});

const decoded = (bytes: Uint8Array, file: string): string => {
  const about = { file, code: "NOT_UTF8" } as const;
  const expected = "UTF-8 without a byte order mark";
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    const remark = { message: "it begins with a byte order mark", expected, remedy: "Save it without." };
    throw textError(about, { line: 1, column: 1 }, remark);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const remark = { message: "a character is not UTF-8", expected, remedy: "Save it as UTF-8." };
    throw textError(about, firstBroken(bytes), remark);
  }
};

/** Where the decoder put the first character in place of what it could not read. */
const firstBroken = (bytes: Uint8Array): Spot => {
  const lines = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes).split("\n");
  const line = lines.findIndex((text) => text.includes("\uFFFD"));
  return { line: line + 1, column: (lines[line]?.indexOf("\uFFFD") ?? 0) + 1 };
};

const textError = (
  { file, code }: { readonly file: string; readonly code: ErrorCode },
  spot: Spot,
  remark: Pick<Finding, "message" | "expected" | "remedy">,
): ExpertStackError =>
  new ExpertStackError({
    code,
    message: renderFinding({ severity: "error", file, key: "", ...spot, ...remark }),
    remedy: remark.remedy,
  });
