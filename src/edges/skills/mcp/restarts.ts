import type { Connection } from "./connection.ts";

/** How often a skill that ended is started again before it is given up. */
const maxRestarts = 3;

/** A skill's connection, renewed when it has ended. */
export type RestartingConnection = AsyncDisposable & {
  /** The living connection; starts the skill again when there is none. Rejects when that fails or was tried enough. */
  get(): Promise<Connection>;
};

/** @param start starts the skill; its signal aborts when all of it is disposed */
export const restarting = (
  first: Connection,
  start: (signal: AbortSignal) => Promise<Connection>,
): RestartingConnection => {
  const disposed = new AbortController();
  let current = first;
  let starting: Promise<Connection> | undefined;
  let restarts = 0;

  const restart = async (): Promise<Connection> => {
    if (restarts === maxRestarts) throw new Error(`was restarted ${maxRestarts} times and is given up`);
    restarts += 1;
    await current.close();
    current = await start(disposed.signal);
    return current;
  };
  return {
    get: async () => {
      if (disposed.signal.aborted) throw new Error("was closed");
      if (current.ended() === undefined) return current;
      // One restart, however many calls wait for it.
      starting ??= restart().finally(() => {
        starting = undefined;
      });
      return starting;
    },
    [Symbol.asyncDispose]: async () => {
      disposed.abort(new Error("was closed"));
      // Whether a restart under way succeeds or not, what counts here is that it is over.
      await starting?.catch(() => undefined);
      await current.close();
    },
  };
};
