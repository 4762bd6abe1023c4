import * as z from "zod/mini";
import type { JournalEntry } from "../../job/event.ts";
import type { JobHead } from "../../run/ports.ts";
import { StoredEvent } from "./stored-event.ts";
import { count, Model, sha256, Usage } from "./stored-parts.ts";

/** What `events.jsonl` and `job.json` may hold when they are read back; anyone may have written to them. */

/** A line of `events.jsonl`. */
export const StoredEntry: z.ZodMiniType<JournalEntry> = z.object({
  seq: count,
  prev: sha256,
  at: count,
  event: StoredEvent,
});

/** `job.json`. */
export const StoredHead: z.ZodMiniType<JobHead> = z.object({
  v: z.literal(1),
  id: z.string(),
  status: z.enum(["running", "completed", "stoppedByMaxSteps", "stoppedByInteractiveTool", "stoppedByError"]),
  coordinator: z.string(),
  experts: z.array(z.object({ key: z.string(), digest: z.string(), source: z.string() })),
  model: Model,
  totals: z.object({ steps: count, usage: Usage, costUsd: z.exactOptional(count) }),
  startedAt: count,
  finishedAt: z.exactOptional(count),
  head: z.object({ seq: count, hash: z.string() }),
});

/** What every version's line has, so that a chain can be checked before its events are understood. */
export const StoredLink = z.object({ seq: count, prev: sha256 });

/** Enough of a line to say what it is when this version does not know it. */
export const StoredKind = z.object({
  event: z.object({ type: z.string(), v: z.exactOptional(z.number()) }),
});

/** What every version's `job.json` has. */
export const StoredVersion = z.object({ v: z.number() });
