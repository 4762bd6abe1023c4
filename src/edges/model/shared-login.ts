import { untilAborted } from "../../job/until-aborted.ts";

type UnderWay<T> = {
  readonly result: Promise<T>;
  readonly stop: AbortController;
  /** Callers that still want the result. */
  waiting: number;
};

/**
 * A login that is under way once, for all who want it meanwhile. Nothing of it is kept: who asks after its end starts
 * another.
 *
 * @param login its signal aborts when nobody wants the result any more
 * @returns a function that throws what the login throws, or the reason of the caller's own signal, whose abort is
 *   nothing to the others
 */
export const sharedLogin = <T>(
  login: (signal: AbortSignal) => Promise<T>,
): ((signal: AbortSignal | undefined) => Promise<T>) => {
  let underWay: UnderWay<T> | undefined;
  const begin = (): UnderWay<T> => {
    const stop = new AbortController();
    const begun: UnderWay<T> = { result: login(stop.signal), stop, waiting: 0 };
    const end = (): void => {
      if (underWay === begun) underWay = undefined;
    };
    begun.result.then(end, end);
    return begun;
  };
  return async (signal) => {
    signal?.throwIfAborted();
    underWay ??= begin();
    const joined = underWay;
    joined.waiting += 1;
    try {
      return await (signal === undefined ? joined.result : untilAborted(joined.result, signal));
    } finally {
      joined.waiting -= 1;
      if (joined.waiting === 0 && underWay === joined) {
        underWay = undefined;
        joined.stop.abort(signal?.reason);
      }
    }
  };
};
