import { saidBy } from "./said-by.ts";

/** Milliseconds after the first news of a change before the list is read: servers that add ten tools say so ten times. */
const settleMs = 100;
/** Lists read in one conversation because of changes. A server that changes all the time is left with what it had. */
const maxLists = 20;

/** Reads a list again when its owner says that it has changed. */
export type ListChanges = {
  noticed(): void;
  stop(): void;
};

export const listChanges = (options: {
  readonly read: () => Promise<void>;
  readonly warn: (text: string) => void;
}): ListChanges => {
  let timer: NodeJS.Timeout | undefined;
  let reading = Promise.resolve();
  let lists = 0;
  let stopped = false;

  const read = async (): Promise<void> => {
    try {
      if (!stopped) await options.read();
    } catch (error) {
      const reason = saidBy(error);
      if (!stopped) options.warn(`said that its tools changed and did not list them: ${reason}`);
    }
  };
  return {
    noticed() {
      if (stopped || timer !== undefined || lists > maxLists) return;
      lists += 1;
      if (lists > maxLists) {
        options.warn(`changed its tools more than ${maxLists} times; later changes are not followed.`);
        return;
      }
      timer = setTimeout(() => {
        timer = undefined;
        // One after the other, so that an older list never comes last.
        reading = reading.then(read);
      }, settleMs);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
};
