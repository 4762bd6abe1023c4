/** What a route answers. `json` and `raw` exclude each other; neither is an empty body. */
export type Reply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly raw?: { readonly contentType: string; readonly body: Buffer };
};

/** An answer other than success, thrown by whoever finds the reason. */
export class ApiError extends Error {
  readonly reply: Reply;

  constructor(message: string, reply: Reply) {
    super(message);
    this.name = "ApiError";
    this.reply = reply;
  }
}

const documentation = "https://docs.github.com/rest";

export const apiError = (
  status: number,
  message: string,
  more: { readonly errors?: readonly unknown[]; readonly headers?: Readonly<Record<string, string>> } = {},
): ApiError =>
  new ApiError(message, {
    status,
    ...(more.headers === undefined ? {} : { headers: more.headers }),
    json: {
      message,
      ...(more.errors === undefined ? {} : { errors: more.errors }),
      documentation_url: documentation,
      status: String(status),
    },
  });

export const notFound = (): ApiError => apiError(404, "Not Found");

export type FieldError = {
  readonly resource: string;
  readonly code: string;
  readonly field: string;
  readonly message?: string;
};

export const validationFailed = (...errors: readonly FieldError[]): ApiError =>
  apiError(422, "Validation Failed", { errors });

export const ok = (json: unknown): Reply => ({ status: 200, json });

export const created = <Json extends { readonly url: string }>(json: Json): Reply => ({
  status: 201,
  json,
  headers: { location: json.url },
});

export const noContent: Reply = { status: 204 };
