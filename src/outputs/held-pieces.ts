/**
 * Finished pieces of a line, taken out of the way of the rules that still run and put back at the end.
 *
 * Each is replaced by its number between private-use characters: `code` is inert text, `link` leads somewhere,
 * `mark` shows nothing (a tag, a backslash escape).
 */
export type HeldPieces = {
  hold(kind: "code" | "link" | "mark", piece: string): string;
  restore(line: string): string;
};

const starts = { code: "\ue000", link: "\ue002", mark: "\ue003" } as const;
const held = /[\ue000\ue002\ue003](\d+)\ue001/g;

/** The characters above, which no text may bring along. */
export const placeholders = /[\ue000-\ue003]/g;

export const heldPieces = (): HeldPieces => {
  const pieces: string[] = [];
  const restore = (line: string): string =>
    line.replace(held, (_, index: string) => restore(pieces[Number(index)] ?? ""));
  return {
    hold(kind, piece) {
      pieces.push(piece);
      return `${starts[kind]}${pieces.length - 1}\ue001`;
    },
    restore,
  };
};
