import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../run/ports.ts";

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    if (ms <= 0 || signal.aborted) return;
    await delay(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  },
};

/** A job id that sorts by time: `20260131T235959-1a2b3c4d`. */
export const newJobId = (now: number): string => {
  const time = new Date(now).toISOString().replace(/[-:]/g, "").slice(0, 15);
  return `${time}-${randomBytes(4).toString("hex")}`;
};
