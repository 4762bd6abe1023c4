import { info, warning } from "@actions/core";
import type { JournalEntry } from "../job/event.ts";
import { describeEntry } from "../report/describe-entry.ts";
import { visible } from "../report/visible.ts";
import type { Observer } from "../run/ports.ts";

/** The step's log: plain lines that no runner takes for a command, and annotations for warnings. */
export const actionObserver = (watch: {
  readonly onEntry: (entry: JournalEntry) => void;
  /** Called once the first request is on its way, when there is time to spare. */
  readonly onWaiting: () => void;
}): Observer => ({
  onEntry(entry) {
    watch.onEntry(entry);
    const { event } = entry;
    if (event.type === "note" && event.level === "warning") warning(visible(event.text));
    else for (const line of describeEntry(entry)) info(line);
    // The request itself is prepared in the same turn of the event loop and must not wait.
    if (event.type === "runStarted") setTimeout(watch.onWaiting, 50);
  },
  onDelta: () => {},
});
