import { mostChangedBytes } from "../../outputs/workspace-change.ts";
import type { BaseEntry } from "./base-tree.ts";
import { objectId } from "./git-object.ts";
import type { WorkFile } from "./work-file.ts";

/** What became of one path; `path` has one character a byte. */
export type Difference = {
  readonly path: string;
  readonly was: BaseEntry | undefined;
  readonly is: WorkFile;
};

/** Whether a path of the commit lies there as it was, or one that is new is no file. */
export const isSame = (was: BaseEntry | undefined, is: WorkFile): boolean => {
  // What is in a submodule's folder belongs to another repository.
  if (was?.kind === "submodule") return is.kind === "folder";
  if (is.kind === "nothing" || is.kind === "folder") return was === undefined;
  return is.kind === was?.kind && is.id === was.id;
};

/** What a checkout made of a file's content, by which it differs from the commit without anybody's doing. */
export type Checked =
  | { readonly type: "same" }
  | { readonly type: "content"; readonly content: Buffer }
  | { readonly type: "unfit"; readonly why: string };

/**
 * A file's content as it is to be committed. Where the commit has LF alone, and the file CRLF alone, the checkout made it
 * so (`eol=crlf`), and LF is committed. A file of Git LFS is the same when its pointer says so.
 *
 * @param before the content that the commit has
 */
export const checkedContent = ({ was, is }: Difference, before: Buffer | undefined): Checked => {
  if (is.kind === "other") return unfit("it is no file, or cannot be read");
  if (is.kind === "nothing" || is.kind === "folder") return { type: "content", content: Buffer.alloc(0) };
  const pointer =
    /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})$/m.exec(
      before !== undefined && before.length < 1_024 ? before.toString("latin1") : "",
    );
  if (pointer !== null && is.kind === was?.kind && pointer[1] === is.sha256) return { type: "same" };
  if (pointer !== null) return unfit("it is kept in Git LFS, which the runner does not write");
  if (is.names > 1) return unfit("it has a second name (a hard link), maybe outside the workspace");
  if (is.content === undefined) return unfit(`it has more than ${mostChangedBytes} bytes`);
  const content =
    isCrlf(is.content) && before !== undefined && !before.includes("\r") ? toLf(is.content) : is.content;
  const isAsBefore = was?.kind === is.kind && was.id === objectId("blob", content);
  return isAsBefore ? { type: "same" } : { type: "content", content };
};

const unfit = (why: string): Checked => ({ type: "unfit", why });

const isCrlf = (content: Buffer): boolean => {
  const text = content.toString("latin1");
  return text.includes("\r\n") && !/(?<!\r)\n|\r(?!\n)/.test(text) && !text.includes("\0");
};

const toLf = (content: Buffer): Buffer =>
  Buffer.from(content.toString("latin1").replaceAll("\r\n", "\n"), "latin1");
