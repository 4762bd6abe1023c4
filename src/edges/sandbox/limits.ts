import { totalmem } from "node:os";

/** Bytes of one file; a disk that is full is everybody's trouble. */
const fileBytes = 8 * 2 ** 30;

/** Processes and threads of the user; a hosted runner's own are a few hundred. */
const processes = 8_192;

/** Share of the machine's memory that the data of one process may take. */
const memoryShare = 0.75;

/**
 * The program by which limits are set before another is started (util-linux), with its arguments. Limits are of one
 * process each (`RLIMIT_DATA`, `RLIMIT_FSIZE`) or of the user (`RLIMIT_NPROC`); none dumps its memory to a file.
 */
export const limitArguments = (): readonly string[] => [
  "--core=0",
  `--fsize=${fileBytes}`,
  `--nproc=${processes}`,
  `--data=${Math.round(totalmem() * memoryShare)}`,
];
