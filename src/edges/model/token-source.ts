/** A cloud's access token and when it ends, in milliseconds since the epoch. */
export type AccessToken = { readonly token: string; readonly expiresAt: number };

/** Short-lived tokens, fetched when one is needed. `conceal` takes every one of them out of a text. */
export type TokenSource = {
  token(signal: AbortSignal | undefined): Promise<string>;
  conceal(text: string): string;
};

/** A token is renewed while it is still good for this long, so that none ends on its way. */
const renewBeforeMs = 5 * 60_000;

export const tokenSource = (
  obtain: (signal: AbortSignal | undefined) => Promise<AccessToken>,
  now: () => number,
): TokenSource => {
  const issued = new Set<string>();
  let current: AccessToken | undefined;
  return {
    async token(signal) {
      if (current === undefined || current.expiresAt - renewBeforeMs <= now()) {
        current = await obtain(signal);
        issued.add(current.token);
      }
      return current.token;
    },
    conceal: (text) => [...issued].reduce((rest, token) => rest.replaceAll(token, "***"), text),
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
 * Posts to a login service and reads its JSON.
 *
 * @throws an error with `statusCode` and what the service says, which never holds what was sent
 */
export const askLogin = async (
  request: {
    readonly who: string;
    readonly url: string;
    readonly body?: URLSearchParams | string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly fetch: Fetch;
  },
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<string, unknown>>> => {
  const answer = await request.fetch(request.url, {
    method: request.body === undefined ? "GET" : "POST",
    ...(request.headers === undefined ? {} : { headers: request.headers }),
    ...(request.body === undefined ? {} : { body: request.body }),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await answer.text();
  const body = parsed(text);
  if (answer.ok && body !== undefined) return body;
  const said = body?.error_description ?? errorOf(body) ?? "no reason given";
  throw loginRefused(
    `${request.who} gave no access token (${answer.status}): ${String(said).slice(0, 300)}`,
    answer.ok ? 502 : answer.status,
  );
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
