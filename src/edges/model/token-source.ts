import { sharedLogin } from "./shared-login.ts";

/** A cloud's access token and when it ends, in milliseconds since the epoch. */
export type AccessToken = { readonly token: string; readonly expiresAt: number };

/** Short-lived tokens, fetched when one is needed, once for all who need it at that time. `conceal` takes every one of them out of a text. */
export type TokenSource = {
  token(signal: AbortSignal | undefined): Promise<string>;
  conceal(text: string): string;
};

/** What a token is obtained with. */
export type Asking = {
  readonly fetch: Fetch;
  readonly now: () => number;
  readonly signal: AbortSignal | undefined;
  /** Remembers what nobody is to be told, sent or received, and returns it. */
  readonly keep: (secret: string) => string;
  readonly conceal: (text: string) => string;
};

export type TokenMeans = Pick<Asking, "fetch" | "now">;

/** A token is renewed while it is still good for this long, so that none ends on its way. */
const renewBeforeMs = 5 * 60_000;

export const tokenSource = (
  { fetch, now }: TokenMeans,
  obtain: (asking: Asking) => Promise<AccessToken>,
): TokenSource => {
  const { keep, conceal } = keptSecrets();
  const renewed = sharedLogin((signal) => obtain({ fetch, now, signal, keep, conceal }));
  let current: AccessToken | undefined;
  return {
    async token(signal) {
      if (current === undefined || current.expiresAt - renewBeforeMs <= now()) {
        current = await renewed(signal);
      }
      return keep(current.token);
    },
    conceal,
  };
};

/** What is shorter is no secret of a cloud's, and would take words out of texts. */
const shortestSecret = 8;

const keptSecrets = (): Pick<Asking, "keep" | "conceal"> => {
  const known = new Set<string>();
  return {
    keep(secret) {
      if (secret.length >= shortestSecret) known.add(secret);
      return secret;
    },
    // The longest first: one may begin with another.
    conceal: (text) =>
      [...known]
        .toSorted((one, other) => other.length - one.length)
        .reduce((rest, secret) => rest.replaceAll(secret, "***"), text),
  };
};

type Fetch = typeof globalThis.fetch;

/** Sends a token where the SDK would send a key, with each request anew. */
export const bearerFetch =
  (tokens: TokenSource, fetch: Fetch): Fetch =>
  async (input, init) => {
    const headers = new Headers(init?.headers);
    for (const name of ["api-key", "x-goog-api-key"]) headers.delete(name);
    headers.set("authorization", `Bearer ${await tokens.token(init?.signal ?? undefined)}`);
    return await fetch(input, { ...init, headers });
  };

/** What a login service answered instead of a token; its status decides whether it is worth another try. */
export const loginRefused = (message: string, statusCode?: number): Error =>
  Object.assign(new Error(message), {
    name: "LoginRefused",
    ...(statusCode === undefined ? {} : { statusCode }),
  });

/**
 * Posts to a login service and reads its JSON. A redirect is not followed: what is sent is worth a token.
 *
 * @throws an error with `statusCode` and what the service says, which never holds what was sent
 */
export const askLogin = async (
  request: {
    readonly who: string;
    readonly url: string;
    readonly body?: URLSearchParams | string;
    readonly headers?: Readonly<Record<string, string>>;
  },
  { fetch, signal, conceal }: Asking,
): Promise<Readonly<Record<string, unknown>>> => {
  const { who, url, body } = request;
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const answer = await fetch(url, {
    method: body === undefined ? "GET" : "POST",
    headers: { ...(body instanceof URLSearchParams && form), ...request.headers },
    redirect: "manual",
    ...(body === undefined ? {} : { body: String(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const { ok, status } = answer;
  const told = parsed(await answer.text());
  if (ok && told !== undefined) return told;
  const said =
    status >= 300 && status <= 399
      ? `it redirects to ${redirectOrigin(answer, url)}, and a login is not followed there`
      : (told?.error_description ?? errorOf(told) ?? "no reason given");
  throw loginRefused(
    `${who} gave no access token (${status}): ${conceal(String(said)).slice(0, 300)}`,
    ok ? 502 : status,
  );
};

const redirectOrigin = (answer: Response, url: string): string => {
  const location = answer.headers.get("location") ?? "";
  return URL.canParse(location, url) ? new URL(location, url).origin : "nowhere";
};

const errorOf = (body: Readonly<Record<string, unknown>> | undefined): unknown => {
  const error = body?.error;
  return isRecord(error) ? error.message : error;
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const parsed = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** A text of a login service's answer, or of a credential file. */
export const textIn = (from: Readonly<Record<string, unknown>>, name: string, who: string): string => {
  const value = from[name];
  if (typeof value === "string" && value !== "") return value;
  throw loginRefused(`${who} has no "${name}".`);
};

/** `expires_in` in seconds, an hour when it is not told. */
export const lifetime = (from: Readonly<Record<string, unknown>>, now: number): number => {
  const seconds = Number(from.expires_in);
  return now + (Number.isFinite(seconds) && seconds > 0 ? seconds : 3_600) * 1_000;
};
