import { type ChangedFile, mostChangedBytes } from "../../outputs/workspace-change.ts";
import type { ChangedWorkspace } from "../../run/workspace-ports.ts";
import { type BaseEntry, type BaseTree, baseTree, modeOfKind } from "./base-tree.ts";
import { checkedContent, type Difference, isSame } from "./compare-file.ts";
import { writeBlob } from "./git-object.ts";
import type { GitProgram } from "./git-program.ts";
import { type NeutralRepository, neutralRepository } from "./neutral-repository.ts";
import { openFolders } from "./open-folders.ts";
import type { RecordedBase } from "./recorded-base.ts";
import { readWorkFile } from "./work-file.ts";

/**
 * Compares the workspace with the commit that its job began from: by reading both, and not by asking git, whose
 * configuration, filters and index a job may have written. What git ignores by a `.gitignore` of the workspace, and what
 * the checkout left out (`sparse-checkout`), has not changed.
 *
 * @param temporary a folder outside the workspace
 */
export const changedWorkspace = (
  base: RecordedBase,
  { program, temporary }: { readonly program: GitProgram; readonly temporary: string },
): ChangedWorkspace => {
  const open = () => neutralRepository(temporary, { ...base, program });
  return {
    async change() {
      using repository = open();
      const tree = await baseTree(repository, base.commit);
      await addToIndex(repository, indexLines(tree));
      const files = await changedFiles(repository, base, tree);
      await addToIndex(repository, changeLines(repository, files));
      const id = (await repository.git(["write-tree", "--missing-ok"])).toString("utf8").trim();
      const listed = await repository.git(["ls-files", "-z"]);
      return {
        base: base.commit,
        baseTree: tree.id,
        tree: id,
        files: files.map(readable),
        after: named(listed),
      };
    },
    async patch({ baseTree: before, tree, files }) {
      using repository = open();
      await addToIndex(repository, indexLines(await baseTree(repository, base.commit)));
      await addToIndex(repository, changeLines(repository, files.map(raw)));
      await repository.git(["write-tree", "--missing-ok"]);
      const shown = ["--binary", "--full-index", "--no-renames", "--no-ext-diff", "--no-textconv"];
      return (await repository.git(["diff-tree", "-r", "-p", ...shown, before, tree])).toString("utf8");
    },
  };
};

/** The edge's paths have one character a byte; others' are text. */
const readable = (file: ChangedFile): ChangedFile => ({
  ...file,
  path: Buffer.from(file.path, "latin1").toString("utf8"),
});

const raw = (file: ChangedFile): ChangedFile => ({
  ...file,
  path: Buffer.from(file.path).toString("latin1"),
});

const named = (listed: Buffer): readonly string[] =>
  listed
    .toString("utf8")
    .split("\0")
    .filter((path) => path !== "");

const rawNamed = (listed: Buffer): readonly string[] =>
  listed
    .toString("latin1")
    .split("\0")
    .filter((path) => path !== "");

const addToIndex = async (repository: NeutralRepository, lines: readonly string[]): Promise<void> => {
  await repository.git(["update-index", "-z", "--index-info"], Buffer.from(lines.join(""), "latin1"));
};

const indexLines = ({ entries }: BaseTree): readonly string[] =>
  [...entries].map(([path, { kind, id }]) => `${modeOfKind[kind]} ${id}\t${path}\0`);

/** Deletions first, since a file may give way to a folder of its name. */
const changeLines = ({ objects }: NeutralRepository, files: readonly ChangedFile[]): readonly string[] => {
  const fit = files.filter(({ unfit }) => unfit === undefined);
  return [
    ...fit.filter(({ is }) => is === "nothing").map(({ path }) => `0 ${"0".repeat(40)}\t${path}\0`),
    ...fit.flatMap(({ path, is, content }) =>
      is === "nothing" ? [] : [`${modeOfKind[is]} ${writeBlob(objects, content)}\t${path}\0`],
    ),
  ];
};

const changedFiles = async (
  repository: NeutralRepository,
  base: RecordedBase,
  tree: BaseTree,
): Promise<readonly ChangedFile[]> => {
  const left = await leftOut(repository, base);
  const tracked = [...tree.entries.keys()].filter((path) => path.startsWith(base.prefix) && !left.has(path));
  const asked = [
    "ls-files",
    "-z",
    "--others",
    "--exclude-per-directory=.gitignore",
    "--",
    base.prefix || ".",
  ];
  const others = rawNamed(await repository.inWorkTree(asked));
  const found: Difference[] = [];
  const room = readingRoom();
  using folders = openFolders(base.root);
  for (const path of [...tracked, ...others].sort()) {
    const was = tree.entries.get(path);
    const at = path.endsWith("/") ? undefined : folders.place(path);
    const is = at === undefined ? ({ kind: "nothing" } as const) : readWorkFile(at, room.of(was));
    if (path.endsWith("/") || !isSame(was, is)) found.push({ path, was, is });
  }
  return await contentsOf(repository, found);
};

/** Bytes that are read of all files together: a disk full of holes would take days. */
const mostReadBytes = 16 * 2 ** 30;

/** Of a file that is new no more has to be known than that it is too large. */
const readingRoom = () => {
  let left = mostReadBytes;
  return {
    of: (was: BaseEntry | undefined) => ({
      kept: mostChangedBytes,
      most: was === undefined ? Math.min(left, mostChangedBytes) : left,
      read: (bytes: number) => {
        left -= bytes;
      },
    }),
  };
};

/** What the checkout left out from the first has the letter S in git's index, which only says so. */
const leftOut = async (repository: NeutralRepository, base: RecordedBase): Promise<ReadonlySet<string>> => {
  const listed = await repository.git(["ls-files", "-z", "-t"], undefined, base.index);
  return new Set(rawNamed(listed).flatMap((line) => (line.startsWith("S ") ? [line.slice(2)] : [])));
};

const contentsOf = async (
  repository: NeutralRepository,
  found: readonly Difference[],
): Promise<readonly ChangedFile[]> => {
  const asked = found.flatMap(({ was, is }) =>
    was === undefined || was.kind === "submodule" || is.kind === "nothing" ? [] : [was.id],
  );
  const before = await repository.read("blob", [...new Set(asked)]);
  let total = 0;
  return found.flatMap((one): readonly ChangedFile[] => {
    const file = changedFile(one, one.was === undefined ? undefined : before.get(one.was.id));
    total += file?.content.byteLength ?? 0;
    // A workspace that was filled up is refused in any case, and need not be held.
    if (file !== undefined && total > 2 * mostChangedBytes) return [{ ...file, ...tooMuch }];
    return file === undefined ? [] : [file];
  });
};

const tooMuch = { content: Buffer.alloc(0), unfit: "the files that changed are too large together" } as const;

const changedFile = (one: Difference, before: Buffer | undefined): ChangedFile | undefined => {
  const was = one.was?.kind ?? "nothing";
  // Git lists a repository within the repository by its folder's name.
  if (one.path.endsWith("/"))
    return {
      path: one.path.slice(0, -1),
      was,
      is: "submodule",
      content: Buffer.alloc(0),
      unfit: ownRepository,
    };
  const { kind } = one.is;
  const checked = checkedContent(one, before);
  if (checked.type === "same") return undefined;
  const is = kind === "folder" ? "nothing" : kind === "other" ? "file" : kind;
  return checked.type === "unfit"
    ? { path: one.path, was, is, content: Buffer.alloc(0), unfit: checked.why }
    : { path: one.path, was, is, content: checked.content };
};

const ownRepository = "it is a repository of its own";
