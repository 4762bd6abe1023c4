/**
 * Whether a URL's host can only mean this machine or a private network: loopback, private, link-local (cloud
 * metadata among it), carrier-grade NAT, unspecified, multicast and reserved ranges, also mapped into IPv6, and
 * names that resolve locally. Give it `URL.hostname`: the URL parser has then turned `127.1`, `0x7f000001` and
 * the like into plain addresses. A public name may still resolve to a private address; who connects checks that.
 */
export const isPrivateHost = (hostname: string): boolean => {
  const host = hostname.toLowerCase().replace(/\.+$/, "");
  if (host.startsWith("[")) return isPrivateV6(host.slice(1, -1));
  const octets = v4Octets(host);
  if (octets !== undefined) return isPrivateV4(octets);
  return host === "" || !host.includes(".") || localSuffixes.some((suffix) => host.endsWith(suffix));
};

/**
 * The same for an address as a resolver gives it, such as `::ffff:169.254.169.254` or `fe80::1%eth0`. What is no
 * address counts as private.
 */
export const isPrivateAddress = (address: string): boolean => {
  if (!address.includes(":")) return v4Octets(address) === undefined || isPrivateHost(address);
  const url = `http://[${address.replace(/%.*$/, "")}]/`;
  return !URL.canParse(url) || isPrivateHost(new URL(url).hostname);
};

const localSuffixes = [".localhost", ".local", ".internal", ".home.arpa"];

const v4Octets = (host: string): readonly number[] | undefined => {
  const parts = host.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part))) return undefined;
  return parts.map(Number);
};

/**
 * IANA's special-purpose IPv4 registry, what of it is not globally reachable; and the address at which every machine
 * in Azure finds its host, which looks public.
 */
const isPrivateV4 = ([a = 0, b = 0, c = 0, d = 0]: readonly number[]): boolean =>
  a === 0 ||
  a === 10 ||
  a === 127 ||
  a >= 224 ||
  (a === 100 && b >= 64 && b <= 127) ||
  (a === 169 && b === 254) ||
  (a === 168 && b === 63 && c === 129 && d === 16) ||
  (a === 172 && b >= 16 && b <= 31) ||
  (a === 192 && b === 168) ||
  (a === 192 && b === 0 && (c === 0 || c === 2)) ||
  (a === 192 && b === 88 && c === 99) ||
  (a === 198 && (b === 18 || b === 19)) ||
  (a === 198 && b === 51 && c === 100) ||
  (a === 203 && b === 0 && c === 113);

const isPrivateV6 = (address: string): boolean => {
  const groups = v6Groups(address);
  const [first = 0, second = 0] = groups;
  const embedded = embeddedV4(groups);
  if (embedded !== undefined) return isPrivateV4(embedded);
  // Only 2000::/3 is global unicast; of it, 2001::/23 is for protocols (Teredo carries an IPv4 address in it), and
  // 2001:db8::/32 and 3fff::/20 are documentation.
  if (first < 0x2000 || first > 0x3fff) return true;
  if (first === 0x2001) return second < 0x200 || second === 0xdb8;
  return first === 0x3fff && second < 0x1000;
};

/** The IPv4 address inside `::ffff:a.b.c.d`, `64:ff9b::a.b.c.d` (NAT64) and `2002:a.b.c.d::` (6to4). */
const embeddedV4 = (groups: readonly number[]): readonly number[] | undefined => {
  const [first = 0, second = 0, third = 0] = groups;
  const [high = 0, low = 0] = groups.slice(6);
  if (first === 0x2002) return octetsOf(second, third);
  // Beyond these zeros it is a local prefix (64:ff9b:1::/48), which is no global unicast and so private anyway.
  if (first === 0x64 && second === 0xff9b && groups.slice(2, 6).every(isZero)) return octetsOf(high, low);
  const mapped = groups.slice(0, 5).every(isZero) && groups[5] === 0xffff;
  return mapped ? octetsOf(high, low) : undefined;
};

const isZero = (group: number): boolean => group === 0;

const octetsOf = (high: number, low: number): readonly number[] => [
  high >> 8,
  high & 255,
  low >> 8,
  low & 255,
];

/** The eight groups of an address as the URL parser writes it: hexadecimal, at most one `::`. */
const v6Groups = (address: string): readonly number[] => {
  const [head = "", tail] = address.split("::");
  const parse = (part: string): readonly number[] =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return parse(head);
  const before = parse(head);
  const after = parse(tail);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
};
