import type { JobEvent } from "../job/event.ts";
import { isolates } from "../job/sandbox-tier.ts";

/** What a person should not miss, however little they want to be told. */
export const isWarning = (event: JobEvent): boolean =>
  (event.type === "note" && event.level === "warning") ||
  (event.type === "sandboxOpened" && !isolates(event.tier));
