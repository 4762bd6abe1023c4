/** One line of `safe-outputs`: a kind with options, as `labels allow=bug,needs-* max=3`. */
export type PolicyLine = {
  /** From 1, of the whole input. */
  readonly line: number;
  readonly kind: string;
  /** A word without a value is `true`. The last of two with one name holds nothing: see `twice`. */
  readonly options: readonly PolicyOption[];
};

export type PolicyOption = { readonly name: string; readonly value: string };

/** What could not be read, and where. */
export type PolicyProblem = { readonly line: number; readonly text: string };

/**
 * Reads the lines of `safe-outputs`. Options are separated by spaces; a value with spaces stands in double quotes, in
 * which `\"` and `\\` mean themselves. Empty lines, and what follows a `#` that begins a word, say nothing.
 */
export const readPolicyLines = (
  text: string,
): { readonly lines: readonly PolicyLine[]; readonly problems: readonly PolicyProblem[] } => {
  const lines: PolicyLine[] = [];
  const problems: PolicyProblem[] = [];
  for (const [index, written] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const words = wordsOf(written);
    if (typeof words === "string") problems.push({ line, text: words });
    else if (words[0] !== undefined) {
      const [kind, ...options] = words;
      lines.push({ line, kind: kind.name, options });
      if (kind.value !== "true")
        problems.push({ line, text: `\`${written.trim()}\` does not begin with a kind of output` });
    }
  }
  return { lines, problems };
};

/** A word: a name, and behind an equals sign a value, bare or quoted. */
const word = /^([A-Za-z][A-Za-z-]*)(?:=(?:"((?:[^"\\]|\\["\\])*)"|([^\s"]*)))?(?=\s|$)/;

/** @returns what is wrong, in words, where something is */
const wordsOf = (written: string): readonly PolicyOption[] | string => {
  const words: PolicyOption[] = [];
  let rest = written.trim();
  while (rest !== "" && !rest.startsWith("#")) {
    const found = word.exec(rest);
    if (found === null) return unreadable(rest);
    const [whole, name = "", quoted, bare] = found;
    words.push({ name, value: quoted?.replace(/\\(["\\])/g, "$1") ?? bare ?? "true" });
    rest = rest.slice(whole.length).trimStart();
  }
  return words;
};

/** With what was most likely meant: a list in one line, an entry of YAML, or a name as other languages write it. */
const unreadable = (rest: string): string => {
  const [first = ""] = rest.split(/\s/);
  if (/^[a-z-]+,/.test(rest))
    return `\`${first}\` ends with a comma, and each output stands on a line of its own`;
  if (/^- ?[a-z]/.test(rest)) return `\`${rest}\` is an entry of a list; write it without \`- \``;
  const dashed = first.replace(/^[a-z_-]+/, (name) => name.replaceAll("_", "-"));
  const hint = dashed === first ? "" : `; did you mean \`${dashed}\``;
  return `\`${first}\` is neither a word nor name=value, with quotes around the whole value where it has spaces${hint}`;
};
