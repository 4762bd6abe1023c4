import { lookup } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import { isPrivateAddress, isPrivateHost } from "../../../definition/public-host.ts";
import { ExpertStackError } from "../../../errors.ts";

export type ResolvedAddress = { readonly address: string; readonly family: number };

/** Where a remote skill may be. The runner has one policy, `publicAddresses`; tests have servers on this machine. */
export type AddressPolicy = {
  /** Of URLs, such as `https:`. */
  readonly protocols: readonly string[];
  /** Whether a `URL.hostname` may be asked at all. */
  readonly admitsHost: (hostname: string) => boolean;
  /** Whether an address that a name resolved to may be connected to. */
  readonly admitsAddress: (address: string) => boolean;
  readonly resolve: (hostname: string) => Promise<readonly ResolvedAddress[]>;
};

/** HTTPS to the public internet: nothing of this machine, its network, or the cloud it runs in. */
export const publicAddresses: AddressPolicy = {
  protocols: ["https:"],
  admitsHost: (hostname) => !isPrivateHost(hostname),
  admitsAddress: (address) => !isPrivateAddress(address),
  resolve: (hostname) => lookup(hostname, { all: true }),
};

/** @throws ExpertStackError SKILL_REFUSED for a URL that the policy does not admit, by its text alone */
export const admitUrl = (policy: AddressPolicy, url: URL): void => {
  if (!policy.protocols.includes(url.protocol)) {
    throw refused(`${url.origin} is not asked: only ${policy.protocols.join(" and ")} URLs are.`);
  }
  if (!policy.admitsHost(url.hostname)) {
    throw refused(`${url.hostname} is not asked: it is on this machine or in a private network.`);
  }
};

/**
 * Resolves a name for one connection. What is checked here is what the socket connects to, so a name that resolves to
 * something else a moment later gains nothing. One bad address among several refuses the name: an honest public name
 * has none.
 */
export const checkedLookup =
  (policy: AddressPolicy): LookupFunction =>
  (hostname, options, callback) => {
    const admitted = async (): Promise<readonly ResolvedAddress[]> => {
      const addresses = await policy.resolve(hostname);
      const bad = addresses.find(({ address }) => !policy.admitsAddress(address));
      if (bad === undefined) return addresses;
      throw refused(
        `${hostname} is not asked: it resolves to ${bad.address}, on this machine or in a private network.`,
      );
    };
    admitted().then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined) callback(new Error(`${hostname} has no address.`), "");
        else if (options.all) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: Error) => callback(error, ""),
    );
  };

export const refused = (message: string): ExpertStackError =>
  new ExpertStackError({
    code: "SKILL_REFUSED",
    message,
    remedy: "Use a server with an https address on the public internet, and name it by its own host.",
  });
