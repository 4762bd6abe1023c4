import { createHash, type Hash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, type Stats } from "node:fs";
import type { FileKind } from "../../outputs/workspace-change.ts";
import { objectHeader, objectId } from "./git-object.ts";

/** What lies at a path of the workspace. */
export type WorkFile =
  | { readonly kind: "nothing" }
  | { readonly kind: "folder" }
  /** Of a file with more bytes than are kept there is no content. */
  | {
      readonly kind: Exclude<FileKind, "submodule">;
      /** As git would name the bytes that lie there. */
      readonly id: string;
      readonly sha256: string;
      readonly content: Buffer | undefined;
      readonly names: number;
    }
  | { readonly kind: "other" };

/** How much of a file is read. */
export type Reading = {
  /** Bytes of which the content is kept. */
  readonly kept: number;
  /** Bytes of a file that is read at all. */
  readonly most: number;
  readonly read?: (bytes: number) => void;
};

/** Reads it without following a link, and nothing but a file: a fifo would wait for ever. */
export const readWorkFile = (at: Buffer, reading: Reading): WorkFile => {
  let fd: number;
  try {
    fd = openSync(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    return unopened(at, error);
  }
  try {
    const stats = fstatSync(fd);
    if (stats.isDirectory()) return { kind: "folder" };
    return stats.isFile() ? contentOf(fd, stats, reading) : { kind: "other" };
  } finally {
    closeSync(fd);
  }
};

const unopened = (at: Buffer, error: unknown): WorkFile => {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") return { kind: "nothing" };
  if (code !== "ELOOP") return { kind: "other" };
  const content = readlinkSync(at, { encoding: "buffer" });
  return { kind: "link", id: objectId("blob", content), sha256: "", content, names: 1 };
};

const chunkBytes = 1_048_576;

/** Counted while reading: a file may grow, and is then none that could be told. */
const contentOf = (
  fd: number,
  { mode, size, nlink }: Stats,
  { kept, most, read: tell }: Reading,
): WorkFile => {
  const kind = (mode & 0o100) === 0 ? "file" : "executable";
  if (size > most) return { kind, id: "", sha256: "", content: undefined, names: nlink };
  const id = createHash("sha1").update(objectHeader("blob", size));
  const sha256 = createHash("sha256");
  const chunks: Buffer[] = [];
  let read = 0;
  while (read <= size) {
    const chunk = Buffer.allocUnsafe(Math.max(1, Math.min(chunkBytes, size - read + 1)));
    const count = readSync(fd, chunk);
    if (count === 0) break;
    add(chunk.subarray(0, count), id, sha256);
    read += count;
    if (read <= kept) chunks.push(chunk.subarray(0, count));
  }
  tell?.(read);
  if (read !== size) return { kind: "other" };
  return {
    kind,
    id: id.digest("hex"),
    sha256: sha256.digest("hex"),
    content: read <= kept ? Buffer.concat(chunks) : undefined,
    names: nlink,
  };
};

const add = (chunk: Buffer, ...hashes: readonly Hash[]): void => {
  for (const hash of hashes) hash.update(chunk);
};
