/** Hosts a published link may lead to: `github.com`, `ghe.example.com:8443`, `*.example.com`. */
export type LinkPolicy = { readonly hosts: readonly string[] };

const hostAllowed = (host: string, hosts: readonly string[]): boolean => {
  const wanted = host.toLowerCase();
  return hosts.some((entry) => {
    const allowed = entry.toLowerCase();
    return allowed.startsWith("*.") ? wanted.endsWith(allowed.slice(1)) : wanted === allowed;
  });
};

/**
 * Whether an absolute URL is https, without credentials, on an allowed host. The host is compared as written, up to
 * the first `/`, `?` or `#`, so that nothing glued to it (`github.com*evil.example`) passes.
 */
export const urlAllowed = (url: string, policy: LinkPolicy): boolean => {
  const authority = /^https:\/\/([^/?#]*)/i.exec(url)?.[1];
  return (
    authority !== undefined &&
    /^[a-z0-9.-]+(?::\d{1,5})?$/i.test(authority) &&
    !/[\\\s]/.test(url) &&
    hostAllowed(authority, policy.hosts)
  );
};

const percentDecoded = (text: string): string =>
  text.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** Whether a link's destination may be published: an allowed URL, an anchor, or a path on the same server. */
export const destinationAllowed = (destination: string, policy: LinkPolicy): boolean => {
  if (urlAllowed(destination, policy)) return true;
  const plain = percentDecoded(destination);
  const relative = !/^[^/?#]*:/.test(plain) && !/^\/[/\\]/.test(plain) && !/[\\\s]|:\/\/|www\./i.test(plain);
  return relative && destination !== "";
};

/**
 * An allowed URL without anything else in it that GitHub could take for a mention or for a second URL, where it
 * does not take the whole for one.
 */
export const aloneUrl = (url: string): string => {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  if (start === -1) return url;
  const rest = url.slice(start).replaceAll("@", "%40").replaceAll("://", "%3A//");
  return url.slice(0, start) + rest.replace(/(www)\./gi, "$1%2E");
};

const mustEscape = /[\s<>()"'`\\|[\]@]|&(?=#?\w+;)/g;

/** The destination with every character that could be read as something else percent-encoded. */
export const escapeDestination = (destination: string): string =>
  aloneUrl(destination).replace(
    mustEscape,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
