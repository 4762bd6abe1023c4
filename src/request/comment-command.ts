/** What a comment asks for. */
export type CommentCommand =
  | { readonly type: "none" }
  | { readonly type: "help" }
  | {
      readonly type: "ask";
      /** A key of `allowed`; missing when the comment named none, so the step's own Expert answers. */
      readonly expert?: string;
      /** May be empty: the thread itself is the question. */
      readonly question: string;
    }
  | { readonly type: "unknownName"; readonly name: string; readonly allowed: readonly string[] };

export type CommandRules = {
  /** What a command starts with: `/expert`. */
  readonly phrase: string;
  /** Names a comment may choose: keys of the manifest, never registry references. */
  readonly allowed: readonly string[];
  /** Whether a comment without a name has an Expert to go to. */
  readonly unnamed: "answers" | "refused";
};

/** The phrase at the very start of the comment, as a whole word; the rest of the comment behind it. */
const afterPhrase = (body: string, phrase: string): string | undefined => {
  const start = body.slice(0, phrase.length);
  const rest = body.slice(phrase.length);
  const named = phrase !== "" && start.toLowerCase() === phrase.toLowerCase();
  return named && (rest === "" || /^\s/.test(rest)) ? rest.trim() : undefined;
};

/** Written like a reference to an Expert elsewhere: a comment never chooses one. */
const isReference = (word: string): boolean =>
  /^@?[\w.-]+\/[\w./-]+(?:@\S*)?$|^github:|^[\w-]+@[\w.^~-]+$/.test(word);

/**
 * Reads `/expert [name] question` off the start of a comment's first line.
 *
 * A first word that is not an allowed name belongs to the question, unless it is written like a reference or no
 * Expert answers unnamed questions.
 */
export const readCommand = (body: string, { phrase, allowed, unnamed }: CommandRules): CommentCommand => {
  const text = afterPhrase(body.replaceAll("\r\n", "\n"), phrase);
  if (text === undefined) return { type: "none" };
  const word = /^\S+/.exec(text)?.[0] ?? "";
  const name = word.replace(/[:,]$/, "");
  if (text === "" || text.toLowerCase() === "help") return { type: "help" };
  if (allowed.includes(name)) return { type: "ask", expert: name, question: text.slice(word.length).trim() };
  if (isReference(name) || unnamed === "refused") return { type: "unknownName", name, allowed };
  return { type: "ask", question: text };
};
