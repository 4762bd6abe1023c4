import { closeSync, constants, openSync, renameSync } from "node:fs";
import { outputOf } from "./program-file.ts";

/** Its name ends so until it is held: somebody who finds it unheld under its own name knows that its holder is gone. */
export const unheldEnds = ".new";

/** A FIFO that is held open for writing and never written to: its readers see the end of it with ours. */
export const openLifeline = async (mkfifo: string, path: string): Promise<Disposable> => {
  const unheld = `${path}${unheldEnds}`;
  if ((await outputOf(mkfifo, ["-m", "600", unheld])) === undefined) throw new Error("mkfifo failed");
  // For reading, too: so that the opening does not wait for a reader.
  const descriptor = openSync(unheld, constants.O_RDWR);
  renameSync(unheld, path);
  return { [Symbol.dispose]: () => closeSync(descriptor) };
};
