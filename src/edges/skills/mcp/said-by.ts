/** Characters of what a server says, in a message. */
const maxCharacters = 500;

/** The words of an error, which may be a server's, at a length for a line. */
export const saidBy = (error: unknown): string => {
  const words = error instanceof Error ? error.message || error.name : String(error);
  return words.length > maxCharacters ? `${words.slice(0, maxCharacters)}…` : words;
};
