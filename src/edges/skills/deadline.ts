import { longestWaitMs } from "../../job/longest-wait.ts";

/**
 * A signal that aborts when a time has passed or when another signal does, until it is disposed. After that it never
 * aborts: whoever still listens (the MCP SDK keeps its listeners) must not hear of it once the work is done.
 */
export type Deadline = Disposable & {
  readonly signal: AbortSignal;
  /** Whether it was the time that aborted it, its own or that of the signal it follows. */
  readonly passed: () => boolean;
};

export const deadline = (ms: number, follows: AbortSignal): Deadline => {
  const controller = new AbortController();
  let passed = false;
  const follow = (): void => {
    passed ||= isTimeOver(follows);
    controller.abort(follows.reason);
  };
  const timer = setTimeout(
    () => {
      passed ||= !controller.signal.aborted;
      controller.abort(new Error(`${ms} ms have passed.`));
    },
    Math.min(ms, longestWaitMs),
  );
  follows.addEventListener("abort", follow, { once: true });
  if (follows.aborted) follow();
  return {
    signal: controller.signal,
    passed: () => passed,
    [Symbol.dispose]() {
      clearTimeout(timer);
      follows.removeEventListener("abort", follow);
    },
  };
};

/** Whether a call was aborted because the step's time was over, and not because the job stops. */
export const isTimeOver = (signal: AbortSignal): boolean =>
  signal.aborted && signal.reason instanceof Error && signal.reason.name === "StepTimeout";
