import { mkdirSync, realpathSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { ExpertStackError } from "../../errors.ts";
import type { FileKind } from "../../outputs/workspace-change.ts";
import type { BaseTree } from "./base-tree.ts";
import type { NeutralRepository } from "./neutral-repository.ts";

/** One file or link of a commit; `path` has one character a byte. */
export type TreeFile = {
  readonly path: string;
  readonly kind: Exclude<FileKind, "submodule">;
  readonly id: string;
  readonly bytes: number;
};

/** What is written for a job at most, in files and in bytes. */
const [mostFiles, mostBytes] = [50_000, 256 * 2 ** 20];

/** Bytes of objects that are held at a time. */
const heldBytes = 32 * 2 ** 20;

/**
 * What a tree is to be written with: all but submodules, which are other repositories.
 *
 * @throws ExpertStackError SKILL_REFUSED for a tree that is too large, or has a name that git does not check out
 */
export const treeFiles = async (
  repository: NeutralRepository,
  { entries }: BaseTree,
): Promise<readonly TreeFile[]> => {
  const sizes = await sizesOf(repository, [...new Set([...entries.values()].map(({ id }) => id))]);
  const files = [...entries].flatMap(([path, { kind, id }]): readonly TreeFile[] =>
    kind === "submodule" ? [] : [{ path, kind, id, bytes: sizes.get(id) ?? 0 }],
  );
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (files.length > mostFiles || total > mostBytes) {
    throw treeRefused(
      `it has ${files.length} files of ${Math.ceil(total / 2 ** 20)} MB, and ${mostFiles} of ${mostBytes / 2 ** 20} MB are the most`,
      "Make the skill a package of its own.",
    );
  }
  const odd = files.find(({ path }) => path.split("/").some((name) => /^(?:|\.\.?|\.git)$/i.test(name)));
  if (odd === undefined) return files;
  throw treeRefused(`it has a file called ${JSON.stringify(odd.path)}`, "Give that file another name.");
};

/** Of what is not there nothing is told: whoever reads it finds that out. */
const sizesOf = async (
  repository: NeutralRepository,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> => {
  const asked = Buffer.from(ids.map((id) => `${id}\n`).join(""));
  const told = (await repository.git(["cat-file", "--batch-check"], asked)).toString("latin1");
  return new Map(
    [...told.matchAll(/^([0-9a-f]{40}) blob (\d+)$/gm)].map(([, id = "", size]) => [id, Number(size)]),
  );
};

/**
 * Writes them below a folder that is empty, to be read alone. A link that leads out of it, or nowhere yet, is left out:
 * whoever could make what it names would be in the tree.
 */
export const writeTree = async (
  repository: NeutralRepository,
  files: readonly TreeFile[],
  root: string,
): Promise<void> => {
  const links: (readonly [path: string, target: Buffer])[] = [];
  for (const batch of batches(files)) {
    const contents = await repository.read("blob", [...new Set(batch.map(({ id }) => id))]);
    for (const { path, kind, id } of batch) {
      const content = contents.get(id) ?? Buffer.alloc(0);
      if (kind === "link") links.push([path, content]);
      else writeBelow(root, path, { content, mode: kind === "executable" ? 0o555 : 0o444 });
    }
  }
  // After the files, so that none is written by way of a link.
  writeLinks(root, links);
};

const batches = (files: readonly TreeFile[]): readonly (readonly TreeFile[])[] => {
  const found: TreeFile[][] = [];
  let held = Number.POSITIVE_INFINITY;
  for (const file of files) {
    if (held + file.bytes > heldBytes) {
      found.push([]);
      held = 0;
    }
    found.at(-1)?.push(file);
    held += file.bytes;
  }
  return found;
};

const writeBelow = (
  root: string,
  path: string,
  { content, mode }: { readonly content: Buffer; readonly mode: number },
): void => {
  mkdirSync(placeOf(root, dirname(path)), { recursive: true });
  writeFileSync(placeOf(root, path), content, { mode, flag: "wx" });
};

const writeLinks = (root: string, links: readonly (readonly [path: string, target: Buffer])[]): void => {
  for (const [path, target] of links) {
    mkdirSync(placeOf(root, dirname(path)), { recursive: true });
    symlinkSync(target, placeOf(root, path));
  }
  // Once all are there, since one may lead through another. Taking one away makes no other lead elsewhere.
  for (const [path] of links) if (!staysIn(root, path)) unlinkSync(placeOf(root, path));
};

const staysIn = (root: string, path: string): boolean => {
  try {
    const real = realpathSync.native(placeOf(root, path), { encoding: "buffer" }).toString("latin1");
    const own = Buffer.from(root).toString("latin1");
    return real === own || real.startsWith(`${own}/`);
  } catch {
    // It leads nowhere, or in a circle.
    return false;
  }
};

const placeOf = (root: string, path: string): Buffer =>
  Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, "latin1")]);

/** Why no skill starts in a tree, and what to do. */
export const treeRefused = (why: string, remedy: string, cause?: unknown): ExpertStackError =>
  new ExpertStackError({
    code: "SKILL_REFUSED",
    message: `No skill can start in a tree of the trusted commit: ${why}.`,
    remedy,
    ...(cause === undefined ? {} : { cause }),
  });
