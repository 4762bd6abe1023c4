import { lookup } from "node:dns/promises";
import { type AddressPolicy, publicAddresses } from "../../../../src/edges/skills/remote/address-policy.ts";

/** The runner's policy, opened for plain HTTP to servers on this machine. */
export const loopback: AddressPolicy = {
  ...publicAddresses,
  protocols: ["http:", "https:"],
  admitsHost: (hostname) => ["127.0.0.1", "localhost", "[::1]"].includes(hostname),
  admitsAddress: (address) => ["127.0.0.1", "::1"].includes(address),
  resolve: (hostname) => lookup(hostname, { all: true }),
};
