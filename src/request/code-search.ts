/** What is to be found in the code of one repository. */
export type CodeQuestion = {
  readonly text: string;
  /** A folder, and the end of a file's name; each narrows. */
  readonly path?: string;
  readonly extension?: string;
};

/**
 * Signs that GitHub's code search ignores in words, and of which its qualifiers are made:
 * https://docs.github.com/search-github/searching-on-github/searching-code#considerations-for-code-search
 */
const signs = /[.,:;/\\`'"=*!?#$&+^|~<>(){}[\]@\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** Characters of the words; GitHub takes 256, operators and qualifiers left aside. */
const mostCharacters = 200;

/** Values of qualifiers, without what would end them. */
const plainPath = /^[\w.-]+(?:\/[\w.-]+)*\/?$/;
const plainExtension = /^[\w-]+$/;

/**
 * The query for GitHub's code search. Words come in quotes and without any sign, so that none of them is a qualifier:
 * whatever is asked, `repo:` is there once and names this repository.
 *
 * @param repository `owner/name`
 * @returns nothing when no word is left to look for, or when a path or an ending is none
 */
export const codeSearchQuery = (
  { text, path, extension }: CodeQuestion,
  repository: string,
): string | undefined => {
  const words = text.toWellFormed().normalize("NFKC").replace(signs, " ").replace(/\s+/g, " ").trim();
  if (words === "" || (path !== undefined && !plainPath.test(path))) return undefined;
  if (extension !== undefined && !plainExtension.test(extension)) return undefined;
  return [
    `"${words.slice(0, mostCharacters).toWellFormed().trim()}"`,
    `repo:${repository}`,
    ...(path === undefined ? [] : [`path:${path}`]),
    ...(extension === undefined ? [] : [`extension:${extension}`]),
  ].join(" ");
};
