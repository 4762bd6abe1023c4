import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { patience } from "./program-file.ts";

/** A FIFO that is held open for writing and never written to: its readers see the end of it with ours. */
export const openLifeline = (mkfifo: string, path: string): Disposable => {
  execFileSync(mkfifo, ["-m", "600", path], { stdio: "ignore", ...patience });
  // For reading, too: so that the opening does not wait for a reader.
  const descriptor = openSync(path, constants.O_RDWR);
  return { [Symbol.dispose]: () => closeSync(descriptor) };
};
