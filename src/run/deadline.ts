import { longestWaitMs } from "../job/longest-wait.ts";

/** Calls `onElapsed` after `ms`, unless it is disposed before. */
export const timer = (ms: number, onElapsed: () => void): Disposable => {
  const timeout = setTimeout(onElapsed, Math.min(ms, longestWaitMs));
  return { [Symbol.dispose]: () => clearTimeout(timeout) };
};

/**
 * Aborts after `ms`, with an error named `StepTimeout` as reason, or with `outer` and its reason. Leaves no timer and
 * no listener behind.
 */
export const deadlineAfter = (
  ms: number,
  outer: AbortSignal,
): Disposable & { readonly signal: AbortSignal } => {
  const controller = new AbortController();
  const abort = (): void => controller.abort(outer.reason);
  const elapsed = timer(ms, () => controller.abort(new DOMException(`${ms} ms have passed.`, "StepTimeout")));
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
