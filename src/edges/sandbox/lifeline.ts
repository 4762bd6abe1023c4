import { closeSync, constants, openSync } from "node:fs";
import { outputOf } from "./program-file.ts";

/** A FIFO that is held open for writing and never written to: its readers see the end of it with ours. */
export const openLifeline = async (mkfifo: string, path: string): Promise<Disposable> => {
  if ((await outputOf(mkfifo, ["-m", "600", path])) === undefined) throw new Error("mkfifo failed");
  // For reading, too: so that the opening does not wait for a reader.
  const descriptor = openSync(path, constants.O_RDWR);
  return { [Symbol.dispose]: () => closeSync(descriptor) };
};
