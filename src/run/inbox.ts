import type { JobEvent } from "../job/event.ts";

/** Where effects that run side by side leave what came of them. */
export type Inbox = {
  push(event: JobEvent): void;
  fail(error: unknown): void;
  /** Everything that has arrived, once something has. Rejects with what `fail` was given. */
  take(): Promise<readonly JobEvent[]>;
  /** Everything that has arrived so far, which may be nothing. */
  drain(): readonly JobEvent[];
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
      if (failure !== undefined) throw failure.error;
      return this.drain();
    },
    drain() {
      const taken = events;
      events = [];
      return taken;
    },
  };
};
