/** A changed file as GitHub's compare API gives it. `patch` is missing for binary and very large files. */
export type ChangedFile = {
  readonly path: string;
  /** Before a rename. */
  readonly previousPath?: string;
  readonly status: string;
  readonly additions: number;
  readonly deletions: number;
  readonly patch?: string;
};

/** What of a diff did not fit, or never came. */
export type LeftOut = { readonly path: string; readonly reason: string };

export type ShownFile = { readonly file: ChangedFile; readonly patch: string };

export type FittedDiff = { readonly shown: readonly ShownFile[]; readonly leftOut: readonly LeftOut[] };

const bytes = (text: string): number => new TextEncoder().encode(text).length;

const hunksOf = (patch: string): readonly string[] =>
  patch.split(/\n(?=@@ )/).filter((hunk) => hunk.trim() !== "");

const firstHunks = (
  patch: string,
  room: number,
): { readonly hunks: readonly string[]; readonly of: number } => {
  const all = hunksOf(patch);
  let left = room;
  const fitting = all.findIndex((hunk) => {
    left -= bytes(hunk) + 1;
    return left < 0;
  });
  return { hunks: fitting === -1 ? all : all.slice(0, fitting), of: all.length };
};

/**
 * Fits a diff into a budget of bytes: whole files first, in their order, then as many leading hunks as fit of the
 * files that did not. Everything left out is listed with the reason.
 */
export const fitDiff = (files: readonly ChangedFile[], maxBytes: number): FittedDiff => {
  let room = maxBytes;
  const patches = new Map<ChangedFile, string>();
  const leftOut = new Map<ChangedFile, string>();
  const tooLarge: { readonly file: ChangedFile; readonly patch: string }[] = [];
  for (const file of files) {
    const { patch } = file;
    if (patch === undefined || patch === "") {
      if (file.additions + file.deletions > 0 || file.status !== "renamed")
        leftOut.set(file, "no text diff: binary, empty or too large");
      continue;
    }
    const size = bytes(patch);
    if (size <= room) {
      patches.set(file, patch);
      room -= size;
    } else tooLarge.push({ file, patch });
  }
  for (const { file, patch } of tooLarge) {
    const { hunks, of } = firstHunks(patch, room);
    if (hunks.length > 0) patches.set(file, hunks.join("\n"));
    room -= bytes(hunks.join("\n"));
    leftOut.set(file, hunks.length === 0 ? "does not fit" : `${of - hunks.length} of ${of} hunks do not fit`);
  }
  return {
    shown: files.flatMap((file) => {
      const patch = patches.get(file);
      return patch === undefined ? [] : [{ file, patch }];
    }),
    leftOut: files.flatMap((file) => {
      const reason = leftOut.get(file);
      return reason === undefined ? [] : [{ path: file.path, reason }];
    }),
  };
};
