/** Bytes of JSON that a page's text takes. */
const pageBytes = 32_000;

const sizeOf = (line: string): number => Buffer.byteLength(JSON.stringify(line));

/** A line that no page would hold, in pieces of so many characters: each takes six bytes at most. */
const piecesOf = (line: string): readonly string[] =>
  sizeOf(line) <= pageBytes ? [line] : (line.match(/[\s\S]{1,5000}/gu) ?? []);

/** Lines in pages, each as full as it gets. There is always one. */
export const linePages = (lines: readonly string[]): readonly (readonly string[])[] => {
  let room = pageBytes;
  let page: string[] = [];
  const pages = [page];
  for (const line of lines.flatMap(piecesOf)) {
    room -= sizeOf(line);
    if (room < 0) {
      page = [];
      pages.push(page);
      room = pageBytes - sizeOf(line);
    }
    page.push(line);
  }
  return pages;
};
