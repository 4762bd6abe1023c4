import { listsHost, plainHost } from "../../../definition/host-list.ts";
import { type Refusal, refused } from "./refusal.ts";

/** Where a CONNECT goes: a host of the list, in lower case and without a dot at its end. */
export type Target = { readonly type: "target"; readonly host: string; readonly port: number };

/** The one port there is: everything else would not begin with a TLS hello that says whom it is for. */
export const httpsPort = 443;

/** Judges the `host:port` of a CONNECT by its text alone. */
export const connectTarget = (authority: string, hosts: readonly string[]): Target | Refusal => {
  const { host: asked, port } = splitAuthority(authority);
  if (port === 0) return refused(`${shown(asked)} is no host and port`, `Ask for a host and ${httpsPort}.`);
  const host = plainHost(asked);
  if (host === undefined) {
    return refused(
      `${shown(asked)} is not a host name that can be allowed`,
      "Addresses and punycode (xn--) names never are: ask for a host by its name.",
    );
  }
  if (!listsHost(hosts, host)) {
    return refused(
      `${host} is not in allowedDomains`,
      `If it should be reached, add "${host}" to the skill's allowedDomains.`,
    );
  }
  if (port !== httpsPort) {
    return refused(
      `${host} is asked on port ${port}, and only ${httpsPort} is open`,
      `The hosts of allowedDomains are reached by HTTPS on port ${httpsPort} only.`,
    );
  }
  return { type: "target", host, port };
};

/** Also of what is no authority, so that the record can name it: the port is then 0. */
export const splitAuthority = (authority: string): { readonly host: string; readonly port: number } => {
  const at = authority.lastIndexOf(":");
  const port = authority.slice(at + 1);
  if (at < 0 || !/^\d{1,5}$/.test(port)) return { host: authority, port: 0 };
  return { host: authority.slice(0, at), port: Number(port) };
};

const shown = (host: string): string => (host.length > 100 ? `${host.slice(0, 100)}...` : host);
