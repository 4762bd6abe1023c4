import type { ChangeRule } from "./change-rule.ts";
import { folded, type Protected, pathRefusal } from "./changed-path.ts";

/** What a job did to the files of the commit that was checked out when it began. */
export type WorkspaceChange = {
  /** That commit's full id, and the id of its tree. */
  readonly base: string;
  readonly baseTree: string;
  /** The id of the tree that comes of the change. */
  readonly tree: string;
  readonly files: readonly ChangedFile[];
  /** Paths of all files that the tree then has. */
  readonly after: readonly string[];
};

/** A file as it is to be in the commit, by its path from the repository's root. */
export type ChangedFile = {
  readonly path: string;
  readonly was: FileKind | "nothing";
  readonly is: FileKind | "nothing";
  /** Of a file, and the target of a link; empty for what is neither. */
  readonly content: Uint8Array;
  /** Why it cannot be committed as it lies there, in words; then `content` is empty. */
  readonly unfit?: string;
};

/** As git tells them apart. */
export type FileKind = "file" | "executable" | "link" | "submodule";

/** Bytes of all changed files together. */
export const mostChangedBytes = 5 * 1024 * 1024;

/** How many of the refused files are named. */
const mostNamed = 20;

/**
 * Why a change is not published, with each file that stands against it. One is enough to refuse the whole: half of a
 * change is nobody's.
 */
export const changeRefusal = (change: WorkspaceChange, rule: ChangeRule & Protected): string | undefined => {
  const { files } = change;
  if (files.length === 0) return "Nothing has changed in the workspace.";
  const spellings = spellingsOf(change);
  const against = files.flatMap((file) => {
    const reason = fileRefusal(file, rule) ?? namesake(file, spellings);
    return reason === undefined ? [] : [`${JSON.stringify(file.path)}: ${reason}`];
  });
  if (against.length > 0) {
    const more = against.length - mostNamed;
    return `It would touch what it may not. ${against.slice(0, mostNamed).join("; ")}${more > 0 ? `; and ${more} more` : ""}.`;
  }
  if (files.length > rule.maxFiles)
    return `${files.length} files have changed, and at most ${rule.maxFiles} are allowed.`;
  const bytes = files.reduce((sum, { content }) => sum + content.byteLength, 0);
  return bytes > mostChangedBytes
    ? `The changed files have ${bytes} bytes, and at most ${mostChangedBytes} are allowed.`
    : undefined;
};

const fileRefusal = (
  { path, was, is, unfit }: ChangedFile,
  rule: ChangeRule & Protected,
): string | undefined => {
  const reason = pathRefusal(path, rule);
  if (reason !== undefined) return reason;
  if (unfit !== undefined) return unfit;
  const isNamed = rule.paths.includes(path);
  if (was === "submodule" || is === "submodule") return "it is a submodule, or a repository of its own";
  if ((was === "link" || is === "link") && !isNamed)
    return "it is a symbolic link, and `paths=` does not write it out";
  return undefined;
};

/** How a file or folder is written, by what systems take it for that do not tell case apart. */
type Spellings = ReadonlyMap<string, ReadonlySet<string>>;

/** Of new files and the folders they are in: what was there before is not the Expert's doing. */
const spellingsOf = ({ files, after }: WorkspaceChange): Spellings => {
  const added = files.filter(({ was }) => was === "nothing").flatMap(({ path }) => ways(path));
  const spellings = new Map(added.map((way) => [foldedPath(way), new Set<string>()]));
  if (added.length === 0) return spellings;
  for (const path of after) for (const way of ways(path)) spellings.get(foldedPath(way))?.add(way);
  return spellings;
};

const namesake = ({ path, was }: ChangedFile, spellings: Spellings): string | undefined => {
  if (was !== "nothing") return undefined;
  const other = ways(path).flatMap((way) =>
    [...(spellings.get(foldedPath(way)) ?? [])].filter((spelling) => spelling !== way),
  );
  return other[0] === undefined
    ? undefined
    : `${JSON.stringify(other[0])} has the same name but for its letters' case`;
};

/** A path and the folders on the way to it. */
const ways = (path: string): readonly string[] =>
  path.split("/").map((_, index, names) => names.slice(0, index + 1).join("/"));

const foldedPath = (path: string): string => path.split("/").map(folded).join("/");
