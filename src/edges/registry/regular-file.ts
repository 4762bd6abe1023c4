import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/**
 * Opens a file of a cache that others may be able to write into: neither a link nor a folder, and no pipe that would be
 * waited for without end.
 *
 * @throws the system's error, or one of its own for what is no regular file
 */
export const openRegular = async (path: string): Promise<FileHandle> => {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    if ((await file.stat()).isFile()) return file;
    throw new Error(`${path} is no regular file`);
  } catch (error) {
    await file.close();
    throw error;
  }
};

/** Reads one whole. @param largest bytes that it may have */
export const readRegular = async (path: string, largest: number): Promise<Buffer> => {
  await using file = await openRegular(path);
  const { size } = await file.stat();
  if (size > largest) throw new Error(`${path} has more than ${largest} bytes`);
  // As it was then: what is added while it is read is not waited for.
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0);
  return buffer.subarray(0, bytesRead);
};
