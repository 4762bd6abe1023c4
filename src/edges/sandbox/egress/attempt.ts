import type { Socket } from "node:net";
import { addAbortSignal } from "node:stream";
import { plainHost } from "../../../definition/host-list.ts";
import type { ProxyAccess } from "../../../run/sandbox-ports.ts";
import type { ByteBudget } from "./byte-budget.ts";
import { connectTarget } from "./connect-target.ts";
import { dial, type Route } from "./dial.ts";
import { accessDenied, firstHello, unfit as unfitFor } from "./first-hello.ts";
import { answerRefusal, failed, printable, type Refusal, refused } from "./refusal.ts";
import { tunnel } from "./tunnel.ts";

export type Rules = {
  readonly hosts: readonly string[];
  readonly route: Route;
  readonly budgets: { readonly up: ByteBudget; readonly down: ByteBudget };
  readonly connectTimeoutMs: number;
  readonly headTimeoutMs: number;
  readonly idleTimeoutMs: number;
};

export type Outcome = Pick<ProxyAccess, "verdict" | "reason" | "bytesUp" | "bytesDown">;

/**
 * Serves one CONNECT to its end. Nothing the client sends goes on before its name, its addresses and its TLS hello
 * were checked. Aborting `ending`, with a clause as reason, ends it early.
 */
export const attempt = async (
  client: Socket,
  { authority, head }: { readonly authority: string; readonly head: Buffer },
  rules: Rules,
  ending: AbortController,
): Promise<Outcome> => {
  const { signal } = ending;
  const target = connectTarget(authority, rules.hosts);
  if (target.type === "refusal") return turnDown(client, target);
  if (rules.budgets.up.isSpent() || rules.budgets.down.isSpent()) return turnDown(client, spent);
  const { connectTimeoutMs, headTimeoutMs } = rules;
  const dialing = dial(target, rules.route, { timeoutMs: connectTimeoutMs, signal });
  const dialed = await within(dialing, { ms: connectTimeoutMs, ending });
  if (dialed.type === "refusal") return turnDown(client, dialed);
  const far = dialed.socket;
  for (const socket of [client, far]) addAbortSignal(signal, socket);
  client.write("HTTP/1.1 200 Connection established\r\n\r\n");
  const hello = await within(firstHello(client, { head, host: target.host }), { ms: headTimeoutMs, ending });
  if (hello.type === "refusal") {
    far.destroy();
    client.write(accessDenied);
    client.destroySoon();
    return outcomeOf(signal.aborted ? failed(String(signal.reason)) : hello);
  }
  // It is held like all that comes until the server has answered.
  if (hello.rest.length > 0) client.unshift(hello.rest);
  const { budgets, idleTimeoutMs } = rules;
  const isFor = (name: string): boolean => plainHost(name) === target.host;
  const way = { client, far, opening: hello.bytes, isFor };
  const { unfit, ...moved } = await tunnel({ ...way, budgets, idleTimeoutMs, ending });
  if (unfit === undefined) return { verdict: "allowed", ...moved };
  return { ...outcomeOf(unfitFor(target.host, unfit)), ...moved };
};

const spent = refused(
  "the skill's connections have moved as many bytes as they may",
  "Have it move less, or split the work over several jobs.",
);

export const turnDown = (client: Socket, refusal: Refusal): Outcome => {
  answerRefusal(client, refusal);
  return outcomeOf(refusal);
};

const outcomeOf = ({ verdict, reason }: Refusal): Outcome => ({
  verdict,
  reason: printable(reason),
  bytesUp: 0,
  bytesDown: 0,
});

/** Ends the attempt when one stage of it takes too long. */
const within = async <T>(
  stage: Promise<T>,
  { ms, ending }: { readonly ms: number; readonly ending: AbortController },
): Promise<T> => {
  const timer = setTimeout(() => ending.abort(`it took more than ${ms / 1000} s`), ms);
  try {
    return await stage;
  } finally {
    clearTimeout(timer);
  }
};
