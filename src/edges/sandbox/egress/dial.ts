import { connect, type Socket } from "node:net";
import { isPrivateAddress, isPrivateHost } from "../../../definition/public-host.ts";
import type { Target } from "./connect-target.ts";
import { nameLookup } from "./name-lookup.ts";
import { openSocket, orAborted } from "./open-socket.ts";
import { failed, type Refusal, refused } from "./refusal.ts";
import { throughUpstream } from "./upstream.ts";

/** How the proxy gets at a host. What is left out is as for the public internet. */
export type Route = {
  /** Whether an address that a name resolved to may be connected to: by default a public one. */
  readonly admitsAddress?: (address: string) => boolean;
  /** Whether a name that does not resolve here may be left to `upstream`: by default one that can be public. */
  readonly admitsName?: (host: string) => boolean;
  readonly resolve?: (host: string) => Promise<readonly { readonly address: string }[]>;
  /** Must keep its half open when the other side ends (`allowHalfOpen`). */
  readonly connect?: (address: string, port: number) => Socket;
  /** The proxy that this machine itself has to use, `http://[user:password@]host[:port]`. */
  readonly upstream?: URL;
};

export type Dialed = { readonly type: "connected"; readonly socket: Socket };

/**
 * Connects to an allowed host, resolving its name once: what is checked is what is connected to, so a name that
 * resolves to something else a moment later gains nothing. One bad address among several refuses the name: an honest
 * public name has none.
 *
 * Behind an upstream proxy names resolve there, and often only there. So a name that also resolves here is checked the
 * same way, and a name that does not must at least look public; but the upstream is asked for the name, since such
 * proxies decide by names, and an address cannot be pinned: that a listed name leads into the company's network only
 * the company's proxy can prevent.
 */
export const dial = async (
  target: Target,
  route: Route,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Dialed | Refusal> => {
  const { upstream, connect: open = connectTo } = route;
  try {
    const addresses = await admittedAddresses(target.host, route, signal);
    if ("type" in addresses) return addresses;
    if (upstream === undefined) return await firstOpen(addresses, { target, open, timeoutMs, signal });
    return await throughUpstream(target, { upstream, open, signal });
  } catch (error) {
    return failed(`${target.host} cannot be reached (${failureName(error, signal)})`);
  }
};

const connectTo = (host: string, port: number): Socket =>
  connect({ host, port, allowHalfOpen: true, noDelay: true });

const admittedAddresses = async (
  host: string,
  { resolve = resolveAll, admitsAddress = isPublicAddress, admitsName = isPublicName, upstream }: Route,
  signal: AbortSignal,
): Promise<readonly string[] | Refusal> => {
  const addresses = await orAborted(resolve(host), signal).catch((error: unknown) => {
    if (upstream !== undefined && !signal.aborted) return [];
    throw error;
  });
  const bad = addresses.find(({ address }) => !admitsAddress(address));
  if (bad !== undefined) return misplaced(`${host} resolves to ${bad.address}, which is not public`);
  if (addresses.length === 0 && upstream === undefined) throw new Error("it has no address");
  if (addresses.length === 0 && !admitsName(host)) return misplaced(`${host} is a name of a private network`);
  return addresses.map(({ address }) => address);
};

/** Of all proxies of this process together. */
const resolveAll = nameLookup();
const isPublicAddress = (address: string): boolean => !isPrivateAddress(address);
const isPublicName = (host: string): boolean => !isPrivateHost(host);

const misplaced = (reason: string): Refusal =>
  refused(reason, "Nothing on this machine, in its network or of its cloud is reached from a sandbox.");

/** The addresses in the resolver's order: many machines have names with IPv6 addresses and no IPv6. */
const firstOpen = async (
  addresses: readonly string[],
  {
    target,
    open,
    timeoutMs,
    signal,
  }: {
    readonly target: Target;
    readonly open: NonNullable<Route["connect"]>;
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
  },
): Promise<Dialed> => {
  let last: unknown;
  for (const address of addresses) {
    signal.throwIfAborted();
    try {
      const options = { timeoutMs: timeoutMs / addresses.length, signal };
      return { type: "connected", socket: await openSocket(open(address, target.port), options) };
    } catch (error) {
      last = error;
    }
  }
  throw last;
};

const failureName = (error: unknown, signal: AbortSignal): string => {
  if (signal.aborted) return String(signal.reason);
  if (!(error instanceof Error)) return String(error);
  return "code" in error ? String(error.code) : error.message;
};
