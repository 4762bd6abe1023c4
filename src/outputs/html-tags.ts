const paired = "details summary sub sup kbd b i em strong del ins".split(" ");
const names = [...paired, "br", "hr"].join("|");

/** The only HTML an Expert's text may hold, all without attributes but `<details open>`. */
const allowedTag = new RegExp(`<(/?)(${names})(?:\\s+open(?:="")?)?\\s*/?>`, "giy");

const htmlLineStart = new RegExp(`^((?:[\\s>*+\\-.)\\d]|\\[\\^[^\\]\\s]*\\]:)*)</?(?:${names})[\\s/>]`, "i");

/** Whether GitHub may read the line, and those after it up to a blank one, as HTML and not as Markdown. */
export const startsHtmlBlock = (line: string): boolean => htmlLineStart.test(line);

/**
 * The line with a tag at its start that cannot stand shown as text, so that the rest of the line is read as what it
 * is once that tag is gone.
 */
export const withoutStrayStart = (line: string, tags: TagTracker): string => {
  const at = htmlLineStart.exec(line)?.[1]?.length;
  return at === undefined || tags.admits(line, at) ? line : `${line.slice(0, at)}&lt;${line.slice(at + 1)}`;
};

/** More tags within each other show as text: nobody writes them, and closing them would take ever longer. */
const deepest = 100;

/** Which tags are open; one tracker a block, so that nothing an Expert opens swallows what follows its text. */
export type TagTracker = {
  /** The tag in canonical form, or undefined when it must not stand as a tag. */
  admit(text: string, at: number): { readonly tag: string; readonly length: number } | undefined;
  /** Whether `admit` would find a tag there. */
  admits(text: string, at: number): boolean;
  /** The end tags still owed, innermost first. */
  closers(): readonly string[];
};

export const tagTracker = (): TagTracker => {
  const open: string[] = [];
  const admitEnd = (name: string): boolean => {
    const at = open.lastIndexOf(name);
    if (at === -1) return false;
    open.splice(at, 1);
    return true;
  };
  const tagAt = (text: string, at: number): RegExpExecArray | null => {
    allowedTag.lastIndex = at;
    return allowedTag.exec(text);
  };
  return {
    admits(text, at) {
      const match = tagAt(text, at);
      const name = match?.[2]?.toLowerCase();
      if (name === undefined) return false;
      if (!paired.includes(name)) return match?.[1] === "";
      return match?.[1] === "" ? open.length < deepest : open.includes(name);
    },
    admit(text, at) {
      const match = tagAt(text, at);
      const name = match?.[2]?.toLowerCase();
      if (match === null || name === undefined) return undefined;
      const length = match[0].length;
      if (!paired.includes(name)) return match[1] === "" ? { tag: `<${name}>`, length } : undefined;
      if (match[1] === "/") return admitEnd(name) ? { tag: `</${name}>`, length } : undefined;
      if (open.length >= deepest) return undefined;
      open.push(name);
      const expanded = name === "details" && /\sopen/i.test(match[0]);
      return { tag: expanded ? "<details open>" : `<${name}>`, length };
    },
    closers: () => open.toReversed().map((name) => `</${name}>`),
  };
};
