/** One request as it arrived. Credentials are left out: `token` says whose it was. */
export type RecordedRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The login the token stands for; undefined without a token or with an unknown one. */
  readonly token: string | undefined;
  /** The status answered; undefined while under way, and when the connection was cut instead. */
  status: number | undefined;
};

/** What a test asserts on after the fact. */
export type Journal = {
  readonly requests: RecordedRequest[];
  /** `METHOD /path` of every request the fake has no route for. */
  readonly unknownRoutes: string[];
  /** Requests that GitHub's own description does not allow. */
  readonly violations: string[];
  /** Answers of the fake that GitHub's own description does not allow: defects of the fake. */
  readonly defects: string[];
};

/** The headers worth asserting on; the credential is cut to its scheme. */
export const recordedHeaders = (headers: NodeJS.Dict<string | string[]>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      if (value === undefined) return [];
      const text = Array.isArray(value) ? value.join(", ") : value;
      return [[name, name === "authorization" ? text.replace(/\s.*$/s, " ***") : text]];
    }),
  );
