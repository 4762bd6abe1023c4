import type { JobEvent } from "../job/event.ts";

/** Where effects that run side by side leave what came of them. */
export type Inbox = {
  push(event: JobEvent): void;
  fail(error: unknown): void;
  /** Everything that has arrived, once something has; then rejects with what `fail` was given. */
  take(): Promise<readonly JobEvent[]>;
  /** Everything that has arrived so far, which may be nothing; then throws what `fail` was given. */
  drain(): readonly JobEvent[];
  /** Everything that has arrived, whatever failed. */
  rest(): readonly JobEvent[];
};

export const createInbox = (): Inbox => {
  let events: JobEvent[] = [];
  let failure: { error: unknown } | undefined;
  let wake: (() => void) | undefined;
  return {
    push(event) {
      events.push(event);
      wake?.();
    },
    fail(error) {
      failure = { error };
      wake?.();
    },
    async take() {
      while (events.length === 0 && failure === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return this.drain();
    },
    drain() {
      if (events.length === 0 && failure !== undefined) throw failure.error;
      return this.rest();
    },
    rest() {
      const taken = events;
      events = [];
      return taken;
    },
  };
};
