/**
 * Takes the place of the `undici` package in the bundle.
 *
 * `@actions/http-client` and `@actions/github` import undici for one purpose: to reach the world through a proxy.
 * It is a fifth of the bundle and costs 26 ms of every start, and Node has an undici of its own that the hosts
 * point at the proxy with `http.setGlobalProxyFromEnv()`. So `fetch` is Node's, which obeys that setting, and a
 * `ProxyAgent` is only a token that says a proxy was asked for. Everything else undici has is not here: the
 * bundler reports a missing export, so the build fails rather than the run.
 */

/** Made by `@actions/github` when it is imported behind a proxy; used only as the `dispatcher` below. */
export class ProxyAgent {
  dispatch(): never {
    throw new Error(
      "This build has no undici ProxyAgent: requests go through Node's own proxy support (http.setGlobalProxyFromEnv).",
    );
  }
}

/** Node's `fetch`, without the dispatcher: the global one already goes through the proxy. */
export const fetch = (
  input: string | URL | Request,
  init: Omit<RequestInit, "dispatcher"> & { readonly dispatcher?: unknown } = {},
): Promise<Response> => {
  const { dispatcher: _, ...rest } = init;
  return globalThis.fetch(input, rest);
};
