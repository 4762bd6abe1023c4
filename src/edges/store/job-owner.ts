import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ExpertStackError } from "../../errors.ts";

/** Holds the process id of whoever writes a job; there while it does, and after it was killed. */
const ownerFile = "writer.pid";

/**
 * Makes this process the one that writes a job, since a chain with two writers is broken. One that has died is taken
 * over from; of two that want to, one does.
 *
 * @throws ExpertStackError JOB_RUNNING while another process writes it
 */
export const ownJob = (directory: string): Disposable => {
  const file = join(directory, ownerFile);
  const own = join(directory, `${ownerFile}.${process.pid}`);
  const takeover = join(directory, `${ownerFile}.takeover`);
  writeFileSync(own, `${process.pid}\n`, { mode: 0o600 });
  try {
    if (!put(own, file)) {
      if (!put(own, takeover)) throw running(directory, readOwner(takeover), takeover);
      try {
        const pid = readOwner(file);
        if (pid !== undefined && isAlive(pid)) throw running(directory, pid, file);
        rmSync(file, { force: true });
        if (!put(own, file)) throw running(directory, readOwner(file), file);
      } finally {
        rmSync(takeover, { force: true });
      }
    }
  } finally {
    rmSync(own, { force: true });
  }
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
};

/** At once and whole, or not at all where there is one already. */
const put = (own: string, file: string): boolean => {
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
};

/** A file that says no number is nobody's. */
const readOwner = (file: string): number | undefined => {
  if (!existsSync(file)) return undefined;
  const pid = Number.parseInt(readFileSync(file, "latin1"), 10);
  return Number.isNaN(pid) || pid <= 0 ? undefined : pid;
};

const isAlive = (pid: number): boolean => {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process is alive, too.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
};

const running = (directory: string, pid: number | undefined, file: string): ExpertStackError =>
  new ExpertStackError({
    code: "JOB_RUNNING",
    message: `The job in ${directory} is being worked on by ${pid === undefined ? "another process" : `the process ${pid}`}.`,
    remedy: `Wait until it ends. If that process is none of expert-stack, delete ${file}.`,
  });
