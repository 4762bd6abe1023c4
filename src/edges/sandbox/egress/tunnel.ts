import type { Socket } from "node:net";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ByteBudget } from "./byte-budget.ts";
import { secondHello } from "./second-hello.ts";

export type Tunnel = {
  readonly client: Socket;
  readonly far: Socket;
  /** What was read from the client already: its TLS hello. */
  readonly opening: Buffer;
  readonly isFor: (serverName: string) => boolean;
  readonly budgets: { readonly up: ByteBudget; readonly down: ByteBudget };
  readonly idleTimeoutMs: number;
  /** Aborting it, with a clause as reason, ends both sockets. */
  readonly ending: AbortController;
};

export type Moved = {
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly reason?: string;
  /** What a second hello is instead of one for the host: the end of "The connection …". */
  readonly unfit?: string;
};

/**
 * Moves bytes both ways until both sides have ended, each as fast as the other side takes them. One side's end is
 * passed on and leaves the other direction open. Never rejects: a failure is a reason. No socket is left open.
 */
export const tunnel = async ({ client, far, opening, isFor, ...rest }: Tunnel): Promise<Moved> => {
  const { budgets, ending, idleTimeoutMs } = rest;
  let unfit: string | undefined;
  const onUnfit = (what: string): void => {
    unfit = what;
    ending.abort(what);
  };
  const hellos = secondHello({ isFor, onUnfit });
  const onSpent = (maxBytes: number): void =>
    ending.abort(`the skill's connections have moved ${maxBytes} bytes, as many as they may`);
  const [up, down] = [meter(budgets.up, onSpent), meter(budgets.down, onSpent)];
  const onIdle = (): void => ending.abort(`nothing moved for ${idleTimeoutMs / 1000} s`);
  for (const socket of [client, far]) socket.setTimeout(idleTimeoutMs, onIdle);
  up.stream.write(opening);
  const ways = [pipeline(client, hellos.up, up.stream, far), pipeline(far, hellos.down, down.stream, client)];
  try {
    await Promise.all(ways);
    return { bytesUp: up.bytes(), bytesDown: down.bytes() };
  } catch (error) {
    const reason = ending.signal.aborted ? String(ending.signal.reason) : `it broke off (${nameOf(error)})`;
    const moved = { bytesUp: up.bytes(), bytesDown: down.bytes() };
    return unfit === undefined ? { ...moved, reason } : { ...moved, unfit };
  } finally {
    // A pipeline leaves the streams alone that have ended their part of it.
    client.destroy();
    far.destroy();
    await Promise.allSettled(ways);
  }
};

/** Counts what passes and lets nothing pass beyond the budget. */
const meter = (budget: ByteBudget, onSpent: (maxBytes: number) => void) => {
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (!budget.take(chunk.length)) return onSpent(budget.maxBytes);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { stream, bytes: () => bytes };
};

const nameOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return "code" in error ? String(error.code) : error.name;
};
