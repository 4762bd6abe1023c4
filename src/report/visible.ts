/**
 * Text that is safe to print: control characters (C0, DEL, C1, Unicode line separators and bidirectional
 * controls) become visible `\xNN` or `\uNNNN`, so nothing an Expert or a skill wrote can move a cursor, hide a
 * line or begin a workflow command on a line of its own.
 */
export const visible = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to take out
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, escaped);

const escaped = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  if (character === "\n") return "\\n";
  if (character === "\t") return " ";
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
};
