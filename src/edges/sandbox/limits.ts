import { totalmem } from "node:os";

/** Bytes of one file; a disk that is full is everybody's trouble. */
const fileBytes = 8 * 2 ** 30;

/** Processes and threads of the user; a hosted runner's own are a few hundred. The id of root knows no such limit. */
const processes = 8_192;

/** Share of the machine's memory that the data of one process may take. */
const memoryShare = 0.75;

/**
 * What a shell does to be limited, and with it what it starts; its own words are quicker than a program for each. The
 * limits are of one process each (`RLIMIT_DATA`, `RLIMIT_FSIZE`) or of the user (`RLIMIT_NPROC`, which shells call by
 * two names); none dumps its memory to a file. One that cannot be set is lower already. When memory is short, which the
 * files of its `/tmp` may bring about, the kernel ends such a process and not the runner. `ulimit` counts as POSIX has it:
 * files in blocks of 512 bytes, data in KiB.
 */
export const limiting = (): string => {
  const dataKib = Math.round((totalmem() * memoryShare) / 1024);
  const limits = [
    "ulimit -c 0",
    `ulimit -f ${fileBytes / 512}`,
    `ulimit -d ${dataKib}`,
    `ulimit -p ${processes} || ulimit -u ${processes}`,
    "echo 1000 >/proc/self/oom_score_adj",
  ];
  return `{ ${limits.map((limit) => `${limit} || :; `).join("")}} 2>/dev/null`;
};
