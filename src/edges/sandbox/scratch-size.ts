import { totalmem } from "node:os";

/** Share of the memory that is there which the files of a process's own folders may take, all together. */
const share = 0.25;

/** Bytes for each of so many folders: their files are memory, and belong to no process that could be ended for it. */
export const scratchSize = (folders: number): number => {
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(totalmem(), limit) : totalmem();
  return Math.floor((memory * share) / Math.max(1, folders));
};
