/** What `setTimeout` can wait for at most, about 24 days; it would fire at once when given more. */
const longestWaitMs = 2 ** 31 - 1;

/** Calls `onElapsed` after `ms`, unless it is disposed before. */
export const timer = (ms: number, onElapsed: () => void): Disposable => {
  const timeout = setTimeout(onElapsed, Math.min(ms, longestWaitMs));
  return { [Symbol.dispose]: () => clearTimeout(timeout) };
};

/** Aborts after `ms` or with `outer`, and leaves no timer and no listener behind. */
export const deadlineAfter = (
  ms: number,
  outer: AbortSignal,
): Disposable & { readonly signal: AbortSignal } => {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const elapsed = timer(ms, abort);
  if (outer.aborted) abort();
  else outer.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      elapsed[Symbol.dispose]();
      outer.removeEventListener("abort", abort);
    },
  };
};
