const schemeCharacter = /[a-z0-9+.-]/i;
const wordCharacter = /[\w-]/;

/**
 * The text without any `scheme://` and any `www.` before a name, so that GitHub makes no link of what is left. What
 * taking one out would put together goes too. One pass: takes time linear in the text.
 */
export const withoutUrls = (text: string): string => {
  if (!/:\/\/|www\./i.test(text)) return text;
  const kept: string[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const next = text[at] ?? "";
    if (wordCharacter.test(next)) while (endsWith(kept, "www.")) kept.length -= 4;
    kept.push(next);
    if (next === "/" && endsWith(kept, "://")) dropScheme(kept);
  }
  return kept.join("");
};

const endsWith = (kept: readonly string[], end: string): boolean => {
  const from = kept.length - end.length;
  for (let at = 0; at < end.length; at += 1) if (kept[from + at]?.toLowerCase() !== end[at]) return false;
  return true;
};

/** Slashes without a scheme before them make no link, and stay. */
const dropScheme = (kept: string[]): void => {
  const end = kept.length - 3;
  let start = end;
  while (start > 0 && schemeCharacter.test(kept[start - 1] ?? "")) start -= 1;
  if (start < end) kept.length = start;
};
