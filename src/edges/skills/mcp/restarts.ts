import type { Connection } from "./connection.ts";

/** How often a skill that ended, or did not come up, is started again before it is given up. */
const maxRestarts = 3;

/** A skill's connection: made when it is first wanted, renewed when it has ended. */
export type RestartingConnection = AsyncDisposable & {
  /**
   * The living connection; starts the skill when there is none. Rejects when that fails or was tried enough.
   *
   * @param signal ends the start, if this is what starts it
   */
  get(signal?: AbortSignal): Promise<Connection>;
};

/** @param start starts the skill; its signal aborts when all of it is disposed */
export const restarting = (start: (signal: AbortSignal) => Promise<Connection>): RestartingConnection => {
  const disposed = new AbortController();
  let current: Connection | undefined;
  let starting: Promise<Connection> | undefined;
  let starts = 0;

  const startAgain = async (signal: AbortSignal): Promise<Connection> => {
    if (starts > maxRestarts) throw new Error(`was restarted ${maxRestarts} times and is given up`);
    starts += 1;
    await current?.close();
    current = await start(signal);
    return current;
  };
  return {
    get: async (signal) => {
      if (disposed.signal.aborted) throw new Error("was closed");
      if (current !== undefined && current.ended() === undefined) return current;
      const until = signal === undefined ? disposed.signal : AbortSignal.any([disposed.signal, signal]);
      // One start, however many calls wait for it.
      starting ??= startAgain(until).finally(() => {
        starting = undefined;
      });
      return starting;
    },
    [Symbol.asyncDispose]: async () => {
      disposed.abort(new Error("was closed"));
      // Whether a start under way succeeds or not, what counts here is that it is over.
      await starting?.catch(() => undefined);
      await current?.close();
    },
  };
};
