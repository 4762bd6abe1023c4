import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";

/** Requests of the server between two of ours. */
const maxRequests = 100;
/** Pings between two of ours: some servers send one every few seconds, all the time. */
const maxPings = 10_000;
/** Answers on their way at the same time where messages go by HTTP, each by a socket of its own. */
const maxOpenAnswers = 16;

/** Watches what a server asks of us: every request of its own has to be answered. */
export type ServerRequests = {
  /** Takes note of a message that was handed over at once. */
  sent(message: JSONRPCMessage): void;
  /** Sends a message that is on its way for a while, unless it is an answer too many: then it rejects. */
  sending(message: JSONRPCMessage, send: () => Promise<void>): Promise<void>;
  /** @returns whether to go on with a message that came; not with a request too many, nor any after it */
  admits(message: JSONRPCMessage): boolean;
};

/** @param end is called once, when there is too much of it. `because` completes the sentence "the skill …" */
export const serverRequests = (end: (because: string) => void): ServerRequests => {
  let [requests, pings, open] = [0, 0, 0];
  let tooMuch: string | undefined;

  const endOnce = (because: string): void => {
    if (tooMuch !== undefined) return;
    tooMuch = because;
    end(because);
  };
  const sent = (message: JSONRPCMessage): void => {
    if ("method" in message && "id" in message) [requests, pings] = [0, 0];
  };
  return {
    sent,
    async sending(message, send) {
      sent(message);
      if ("method" in message) return send();
      if (open === maxOpenAnswers) {
        endOnce(`left ${maxOpenAnswers} answers to requests of its own lying`);
        throw new Error("The answer was not sent.");
      }
      open += 1;
      try {
        await send();
      } finally {
        open -= 1;
      }
    },
    admits(message) {
      if (tooMuch !== undefined) return false;
      if (!("method" in message && "id" in message)) return true;
      if (message.method === "ping") pings += 1;
      else requests += 1;
      if (requests > maxRequests) endOnce(`sent more than ${maxRequests} requests of its own`);
      if (pings > maxPings) endOnce(`sent more than ${maxPings} pings`);
      return tooMuch === undefined;
    },
  };
};
