import { setTimeout as sleep } from "node:timers/promises";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/sdk/types.js";

/** Watches a conversation for requests that were cancelled and are answered all the same. */
export type CancelledRequests = {
  sent(message: JSONRPCMessage): void;
  received(message: JSONRPCMessage): void;
  /** Whether none is left without an answer, given `graceMs` for it. */
  areAnswered(graceMs: number): Promise<boolean>;
};

export const cancelledRequests = (): CancelledRequests => {
  const open = new Map<RequestId, PromiseWithResolvers<void>>();
  return {
    sent(message) {
      if (!("method" in message) || message.method !== "notifications/cancelled") return;
      const id = message.params?.requestId;
      if (typeof id === "string" || typeof id === "number") open.set(id, Promise.withResolvers());
    },
    received(message) {
      if ("method" in message || message.id === undefined) return;
      open.get(message.id)?.resolve();
      open.delete(message.id);
    },
    async areAnswered(graceMs) {
      const answers = Promise.all([...open.values()].map((request) => request.promise));
      return Promise.race([answers.then(() => true), sleep(graceMs, false, { ref: false })]);
    },
  };
};
