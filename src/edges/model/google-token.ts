import { createSign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { googleUrl, subjectFile, subjectUrl } from "./credential-source.ts";
import type { CredentialRules } from "./login-policy.ts";
import type { GoogleCredential } from "./provider-access.ts";
import {
  type AccessToken,
  type Asking,
  askLogin,
  lifetime,
  loginRefused,
  type TokenMeans,
  type TokenSource,
  textIn,
  tokenSource,
} from "./token-source.ts";

const scope = "https://www.googleapis.com/auth/cloud-platform";
const tokenUrl = "https://oauth2.googleapis.com/token";
const grant = "urn:ietf:params:oauth:grant-type:";

type Login = Exclude<GoogleCredential, { type: "apiKey" }>;
type Fields = Readonly<Record<string, unknown>>;

/**
 * Tokens for Google Cloud from a service account's key, from a workload identity (`external_account`, as
 * `google-github-actions/auth` writes it), or from a person's login (`authorized_user`).
 *
 * Exchanged here, since google-auth-library warns on the console of any credential that it is handed, and takes
 * others from the process's environment alone. A file may be a stranger's: where it sends anything is checked.
 */
export const googleTokens = (credential: Login, means: TokenMeans): TokenSource =>
  tokenSource(means, async (asking) => {
    if (credential.type === "serviceAccount") {
      const { email, privateKey } = credential;
      const key = { client_email: email, private_key: privateKey.replaceAll("\\n", "\n") };
      return await signedToken(key, tokenUrl, asking);
    }
    return await fileToken(await readFields(credential.file), credential.rules, asking);
  });

const readFields = async (path: string): Promise<Fields> => {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw loginRefused(`Google's credential file ${path} cannot be read: ${code}.`);
  });
  return parsedFields(text, path);
};

/** The text of a parser's error may hold a piece of the file. */
const parsedFields = (text: string, path: string): Fields => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    throw loginRefused(`Google's credential file ${path} cannot be read: it is no JSON.`);
  }
  throw loginRefused(`Google's credential file ${path} holds no credential.`);
};

const fileToken = (fields: Fields, rules: CredentialRules, asking: Asking): Promise<AccessToken> => {
  switch (fields.type) {
    case "service_account":
      return signedToken(fields, tokenUri(fields, rules), asking);
    case "external_account":
      return federatedToken(fields, rules, asking);
    case "authorized_user":
      return refreshedToken(fields, tokenUri(fields, rules), asking);
    default:
      throw loginRefused(
        `Google's credential file is of the type "${String(fields.type)}"; service_account, external_account and authorized_user are known.`,
      );
  }
};

const tokenUri = ({ token_uri: url }: Fields, rules: CredentialRules): string =>
  typeof url === "string" ? googleUrl(url, "token_uri", rules) : tokenUrl;

const who = "Google";
const file = "Google's credential file";

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A service account's signed assertion (RFC 7523, 2.1). */
const signedToken = async (fields: Fields, url: string, asking: Asking): Promise<AccessToken> => {
  const issuedAt = Math.floor(asking.now() / 1_000);
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
    assertion: asking.keep(`${content}.${signature}`),
  });
  return await exchanged(url, body, asking);
};

const refreshedToken = async (fields: Fields, url: string, asking: Asking): Promise<AccessToken> => {
  const body = new URLSearchParams({
    grant_type: "refresh_token",
    client_id: textIn(fields, "client_id", file),
    client_secret: asking.keep(textIn(fields, "client_secret", file)),
    refresh_token: asking.keep(textIn(fields, "refresh_token", file)),
  });
  return await exchanged(url, body, asking);
};

const exchanged = async (url: string, body: URLSearchParams, asking: Asking): Promise<AccessToken> => {
  const answer = await askLogin({ who, url, body }, asking);
  return {
    token: asking.keep(textIn(answer, "access_token", who)),
    expiresAt: lifetime(answer, asking.now()),
  };
};

/** A workload's own token for Google's (RFC 8693), then, where the file asks for it, for a service account's. */
const federatedToken = async (
  fields: Fields,
  rules: CredentialRules,
  asking: Asking,
): Promise<AccessToken> => {
  // Both before anything is sent: a file that names a stranger's place is not used at all.
  const url = googleUrl(textIn(fields, "token_url", file), "token_url", rules);
  const named = fields.service_account_impersonation_url;
  const impersonation =
    typeof named === "string" ? googleUrl(named, "service_account_impersonation_url", rules) : undefined;
  const body = new URLSearchParams({
    grant_type: `${grant}token-exchange`,
    requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
    audience: textIn(fields, "audience", file),
    scope,
    subject_token_type: textIn(fields, "subject_token_type", file),
    subject_token: asking.keep(await subjectToken(fieldsIn(fields, "credential_source"), rules, asking)),
  });
  const own = await exchanged(url, body, asking);
  if (impersonation === undefined) return own;
  const answer = await askLogin(
    {
      who,
      url: impersonation,
      body: JSON.stringify({ scope: [scope], lifetime: "3600s" }),
      headers: { authorization: `Bearer ${own.token}`, "content-type": "application/json" },
    },
    asking,
  );
  const expiresAt = Date.parse(String(answer.expireTime));
  return {
    token: asking.keep(textIn(answer, "accessToken", who)),
    // Else the hour that was asked for.
    expiresAt: Number.isFinite(expiresAt) ? expiresAt : lifetime({}, asking.now()),
  };
};

const fieldsIn = (fields: Fields, name: string): Fields => {
  const value = fields[name];
  if (typeof value === "object" && value !== null) return { ...value };
  throw loginRefused(`${file} has no "${name}".`);
};

/** GitHub's own token from the URL that the file names, or a token that lies in a file. */
const subjectToken = async (source: Fields, rules: CredentialRules, asking: Asking): Promise<string> => {
  const format = source.format === undefined ? {} : fieldsIn(source, "format");
  const field = String(format.subject_token_field_name ?? "value");
  if (typeof source.file === "string") {
    const text = (await subjectFile(source.file, rules)).trim();
    return format.type === "json" ? textIn(parsedFields(text, source.file), field, who) : text;
  }
  const named = source.headers === undefined ? {} : fieldsIn(source, "headers");
  const headers = Object.fromEntries(
    Object.entries(named).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
  asking.keep(headers.authorization?.replace(/^bearer\s+/i, "") ?? "");
  const url = subjectUrl(textIn(source, "url", file), rules);
  const answer = await askLogin({ who: "GitHub", url, headers }, asking);
  return textIn(answer, field, "GitHub");
};
