import { totalmem } from "node:os";
import { systemTool } from "./program-file.ts";

/** Bytes of one file; a disk that is full is everybody's trouble. */
const fileBytes = 8 * 2 ** 30;

/** Processes and threads of the user; a hosted runner's own are a few hundred. The id of root knows no such limit. */
const processes = 8_192;

/** Share of the machine's memory that the data of one process may take. */
const memoryShare = 0.75;

/**
 * The words that start a program with limits (util-linux), before the program's own. They are of one process each
 * (`RLIMIT_DATA`, `RLIMIT_FSIZE`) or of the user (`RLIMIT_NPROC`); none dumps its memory to a file. When memory is short,
 * which the files of its `/tmp` may bring about, the kernel ends such a process and not the runner.
 */
export const limiting = (prlimit: string): readonly string[] => {
  const choom = systemTool("choom");
  return [
    ...(choom === undefined ? [] : [choom, "-n", "1000", "--"]),
    ...[prlimit, "--core=0", `--fsize=${fileBytes}`, `--nproc=${processes}`],
    ...[`--data=${Math.round(totalmem() * memoryShare)}`, "--"],
  ];
};
