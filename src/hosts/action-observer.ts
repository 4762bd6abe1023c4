import type { JournalEntry } from "../job/event.ts";
import { entryTeller } from "../report/describe-entry.ts";
import { isWarning } from "../report/is-warning.ts";
import { logLine } from "../report/log-line.ts";
import type { Observer, Redact } from "../run/ports.ts";
import type { StepLog } from "./action-log.ts";

/** The step's log: plain lines that no runner takes for a command, and annotations for warnings. */
export const actionObserver = (watch: {
  readonly log: Pick<StepLog, "info" | "warning">;
  readonly onEntry: (entry: JournalEntry) => void;
  /** Called once the first request is on its way, when there is time to spare. */
  readonly onWaiting: () => void;
  /** An answer's parts were redacted one by one; a line may join them. */
  readonly redact: Redact;
}): Observer => {
  const tell = entryTeller();
  const { info, warning } = watch.log;
  return {
    onEntry(entry) {
      watch.onEntry(entry);
      const { event } = entry;
      const lines = tell(entry);
      if (event.type === "note" && event.level === "warning") warning(watch.redact(logLine(event.text)));
      else if (isWarning(event)) for (const line of lines) warning(watch.redact(line));
      else for (const line of lines) info(watch.redact(line));
      // The request itself is prepared in the same turn of the event loop and must not wait.
      if (event.type === "runStarted") setTimeout(watch.onWaiting, 50);
    },
    onDelta: () => {},
  };
};
