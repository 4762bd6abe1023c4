import { createSign } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { GoogleCredential } from "./provider-access.ts";
import {
  type AccessToken,
  askLogin,
  lifetime,
  loginRefused,
  type TokenSource,
  textIn,
  tokenSource,
} from "./token-source.ts";

const scope = "https://www.googleapis.com/auth/cloud-platform";
const tokenUrl = "https://oauth2.googleapis.com/token";
const grant = "urn:ietf:params:oauth:grant-type:";

type Login = Exclude<GoogleCredential, { type: "apiKey" }>;
type Means = { readonly fetch: typeof globalThis.fetch; readonly now: () => number };
type Fields = Readonly<Record<string, unknown>>;

/**
 * Tokens for Google Cloud from a service account's key, from a workload identity (`external_account`, as
 * `google-github-actions/auth` writes it), or from a person's login (`authorized_user`).
 *
 * Exchanged here, since google-auth-library warns on the console of any credential that it is handed, and takes
 * others from the process's environment alone.
 */
export const googleTokens = (credential: Login, means: Means): TokenSource =>
  tokenSource(async (signal) => {
    if (credential.type === "serviceAccount") {
      const { email, privateKey } = credential;
      return await signedToken(
        { client_email: email, private_key: privateKey.replaceAll("\\n", "\n") },
        means,
        signal,
      );
    }
    return await fileToken(await readFields(credential.file), means, signal);
  }, means.now);

const readFields = async (file: string): Promise<Fields> => {
  try {
    const value: unknown = JSON.parse(await readFile(file, "utf8"));
    if (typeof value === "object" && value !== null) return { ...value };
  } catch (error) {
    // The text of a parser's error may hold a piece of the file.
    const code = error instanceof Error && "code" in error ? String(error.code) : "it is no JSON";
    throw loginRefused(`Google's credential file ${file} cannot be read: ${code}.`);
  }
  throw loginRefused(`Google's credential file ${file} holds no credential.`);
};

const fileToken = (fields: Fields, means: Means, signal: AbortSignal | undefined): Promise<AccessToken> => {
  switch (fields.type) {
    case "service_account":
      return signedToken(fields, means, signal);
    case "external_account":
      return federatedToken(fields, means, signal);
    case "authorized_user":
      return refreshedToken(fields, means, signal);
    default:
      throw loginRefused(
        `Google's credential file is of the type "${String(fields.type)}"; service_account, external_account and authorized_user are known.`,
      );
  }
};

const who = "Google";
const file = "Google's credential file";

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A service account's signed assertion (RFC 7523, 2.1). */
const signedToken = async (
  fields: Fields,
  means: Means,
  signal: AbortSignal | undefined,
): Promise<AccessToken> => {
  const url = typeof fields.token_uri === "string" ? fields.token_uri : tokenUrl;
  const issuedAt = Math.floor(means.now() / 1_000);
  const claims = {
    iss: textIn(fields, "client_email", file),
    scope,
    aud: url,
    iat: issuedAt,
    exp: issuedAt + 3_600,
  };
  const keyId = typeof fields.private_key_id === "string" ? { kid: fields.private_key_id } : {};
  const content = `${base64url({ alg: "RS256", typ: "JWT", ...keyId })}.${base64url(claims)}`;
  const signature = createSign("RSA-SHA256")
    .update(content)
    .sign(textIn(fields, "private_key", file), "base64url");
  const body = new URLSearchParams({
    grant_type: `${grant}jwt-bearer`,
    assertion: `${content}.${signature}`,
  });
  return await exchanged(url, body, means, signal);
};

const refreshedToken = async (
  fields: Fields,
  means: Means,
  signal: AbortSignal | undefined,
): Promise<AccessToken> => {
  const names = ["client_id", "client_secret", "refresh_token"] as const;
  const body = new URLSearchParams({ grant_type: "refresh_token" });
  for (const name of names) body.set(name, textIn(fields, name, file));
  const url = typeof fields.token_uri === "string" ? fields.token_uri : tokenUrl;
  return await exchanged(url, body, means, signal);
};

const exchanged = async (
  url: string,
  body: URLSearchParams,
  { fetch, now }: Means,
  signal: AbortSignal | undefined,
): Promise<AccessToken> => {
  const answer = await askLogin({ who, url, body, fetch }, signal);
  return { token: textIn(answer, "access_token", who), expiresAt: lifetime(answer, now()) };
};

/** A workload's own token for Google's (RFC 8693), then, where the file asks for it, for a service account's. */
const federatedToken = async (
  fields: Fields,
  means: Means,
  signal: AbortSignal | undefined,
): Promise<AccessToken> => {
  const body = new URLSearchParams({
    grant_type: `${grant}token-exchange`,
    requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
    audience: textIn(fields, "audience", file),
    scope,
    subject_token_type: textIn(fields, "subject_token_type", file),
    subject_token: await subjectToken(fieldsIn(fields, "credential_source"), means, signal),
  });
  const own = await exchanged(textIn(fields, "token_url", file), body, means, signal);
  const impersonation = fields.service_account_impersonation_url;
  if (typeof impersonation !== "string") return own;
  const answer = await askLogin(
    {
      who,
      url: impersonation,
      body: JSON.stringify({ scope: [scope], lifetime: "3600s" }),
      headers: { authorization: `Bearer ${own.token}`, "content-type": "application/json" },
      fetch: means.fetch,
    },
    signal,
  );
  const expiresAt = Date.parse(textIn(answer, "expireTime", who));
  return { token: textIn(answer, "accessToken", who), expiresAt };
};

const fieldsIn = (fields: Fields, name: string): Fields => {
  const value = fields[name];
  if (typeof value === "object" && value !== null) return { ...value };
  throw loginRefused(`${file} has no "${name}".`);
};

/** GitHub's own token from the URL that the file names, or a token that lies in a file. */
const subjectToken = async (
  source: Fields,
  means: Means,
  signal: AbortSignal | undefined,
): Promise<string> => {
  const format = source.format === undefined ? {} : fieldsIn(source, "format");
  if (typeof source.file === "string") {
    const text = (await readFile(source.file, "utf8")).trim();
    return format.type === "json"
      ? textIn(await readFields(source.file), String(format.subject_token_field_name), who)
      : text;
  }
  const named = source.headers === undefined ? {} : fieldsIn(source, "headers");
  const headers = Object.fromEntries(Object.entries(named).map(([name, value]) => [name, String(value)]));
  const answer = await askLogin(
    { who: "GitHub", url: textIn(source, "url", file), headers, fetch: means.fetch },
    signal,
  );
  return textIn(answer, String(format.subject_token_field_name ?? "value"), "GitHub");
};
