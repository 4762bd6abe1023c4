/**
 * Whether a list such as `["api.example.com", "*.example.org"]` names a host. `*.` stands for every name below and
 * not for the name itself. What `plainHost` does not know is on no list, whatever the list says.
 */
export const listsHost = (list: readonly string[], host: string): boolean => {
  const name = plainHost(host);
  return name !== undefined && list.some((entry) => names(entry, name));
};

/**
 * A host name as lists compare it: in lower case, without the dots at its end. Undefined for everything that is no
 * name in ASCII: an address in any spelling, a label in punycode (`xn--`), which can look like another one.
 */
export const plainHost = (host: string): string | undefined => {
  if (host.length > maxLength) return undefined;
  const name = host.replace(/\.+$/, "");
  if (!namePattern.test(name) || numericEnd.test(name)) return undefined;
  return name.toLowerCase();
};

/** RFC 1035's 253 characters, and a few dots at the end. */
const maxLength = 255;

// Without the flag `u`, `i` folds ASCII only: no Kelvin sign passes for a `k`.
const label = "(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const namePattern = new RegExp(`^${label}(?:\\.${label})*$`, "i");

/** Resolvers and the URL standard take `127.1`, `2130706433`, `0177.0.0.1` and `0x7f000001` for addresses by this. */
const numericEnd = /(?:^|\.)(?:\d+|0x[\da-f]*)$/i;

const names = (entry: string, name: string): boolean => {
  const isBelow = entry.startsWith("*.");
  const wanted = plainHost(isBelow ? entry.slice(2) : entry);
  if (wanted === undefined) return false;
  return isBelow ? name.endsWith(`.${wanted}`) : name === wanted;
};
