import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { objectId } from "./git-object.ts";
import { type GitProgram, gitFailed, runGit } from "./git-program.ts";

/**
 * A repository of the runner's own, with no configuration, no hooks, no filters and no attributes, that sees the objects
 * of the checkout. Git never runs with the checkout's own folder, which a job may have written to.
 */
export type NeutralRepository = Disposable & {
  readonly objects: string;
  git(args: readonly string[], input?: Uint8Array, index?: string): Promise<Buffer>;
  /** The same with the checkout as its work tree, which nothing else looks at. */
  inWorkTree(args: readonly string[]): Promise<Buffer>;
  /**
   * Objects by their ids. Each is held against its id, so that a tampered store is found out.
   *
   * @throws ExpertStackError OUTPUT_REFUSED for one that is not there or not what its id says
   */
  read(type: "blob" | "tree" | "commit", ids: readonly string[]): Promise<ReadonlyMap<string, Buffer>>;
};

/** @param at an existing folder in which it is made */
export const neutralRepository = (
  at: string,
  of: { readonly program: GitProgram; readonly root: string; readonly objects: string },
): NeutralRepository => {
  const folder = mkdtempSync(join(at, "expert-stack-change-"));
  const objects = join(folder, "objects");
  for (const path of [join(objects, "info"), join(folder, "info"), join(folder, "refs")]) {
    mkdirSync(path, { recursive: true });
  }
  // What a `.gitattributes` of the commit says counts less: it could pack a text where no secret is found.
  writeFileSync(join(folder, "info", "attributes"), "* !diff\n");
  writeFileSync(join(folder, "HEAD"), "ref: refs/heads/none\n");
  writeFileSync(join(objects, "info", "alternates"), `${of.objects}\n`);
  const bare = join(folder, "nothing");
  mkdirSync(bare);
  const variables = { GIT_DIR: folder, HOME: folder, XDG_CONFIG_HOME: folder };
  // Started in the checkout it would read attributes there.
  const git: NeutralRepository["git"] = (args, input, index = join(folder, "index")) =>
    runGit(of.program, args, {
      ...(input === undefined ? {} : { input }),
      cwd: bare,
      variables: { ...variables, GIT_WORK_TREE: bare, GIT_INDEX_FILE: index },
    });
  return {
    objects,
    git,
    inWorkTree: (args) =>
      runGit(of.program, args, {
        cwd: of.root,
        variables: { ...variables, GIT_WORK_TREE: of.root, GIT_INDEX_FILE: join(folder, "index") },
      }),
    read: async (type, ids) => {
      if (ids.length === 0) return new Map();
      return parseBatch(await git(["cat-file", "--batch"], Buffer.from(`${ids.join("\n")}\n`)), type, ids);
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
};

/** `<id> <type> <size>\n<bytes>\n`, again and again. */
const parseBatch = (
  output: Buffer,
  type: "blob" | "tree" | "commit",
  ids: readonly string[],
): ReadonlyMap<string, Buffer> => {
  const found = new Map<string, Buffer>();
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf("\n", at);
    const [id = "", , size = ""] = output.toString("latin1", at, end).split(" ");
    // An object that is not there is a line without bytes.
    if (!/^\d+$/.test(size)) throw gitFailed(`the checkout lacks an object of the commit (${id})`);
    const data = output.subarray(end + 1, end + 1 + Number(size));
    if (objectId(type, data) !== id) throw gitFailed(`the checkout's object ${id} is not what its id says`);
    found.set(id, data);
    at = end + 2 + Number(size);
  }
  const lost = ids.find((id) => !found.has(id));
  if (lost !== undefined) throw gitFailed(`the checkout lacks an object of the commit (${lost})`);
  return found;
};
