/** As many as a provider may send one request on. */
export const mostRedirects = 5;

/**
 * Where a redirected request goes on: within its origin only, since it carries a key and the whole conversation. A
 * method that `fetch` would change (301, 302, 303) is changed here, too.
 *
 * @param left how many more may be followed
 * @throws an error named ProviderRedirect
 */
export const redirected = (
  from: {
    readonly url: string;
    readonly status: number;
    readonly location: string | undefined;
    /** As they went out. */
    readonly headers: Readonly<Record<string, string>>;
  },
  init: RequestInit,
  left: number,
): { readonly url: string; readonly init: RequestInit } => {
  const { location = "" } = from;
  if (location === "" || !URL.canParse(location, from.url)) {
    throw refused(`The provider redirects (${from.status}) and does not say where.`);
  }
  const target = new URL(location, from.url);
  if (target.origin !== new URL(from.url).origin) {
    throw refused(`The provider redirects to ${target.origin}; write that as \`baseUrl\`.`);
  }
  if (left <= 0) throw refused(`The provider redirects more than ${mostRedirects} times.`);
  if (from.status > 303) return { url: target.href, init };
  return { url: target.href, init: { ...init, method: "GET", headers: from.headers, body: null } };
};

const refused = (message: string): Error => Object.assign(new Error(message), { name: "ProviderRedirect" });
