import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import type { Environment } from "./credentials.ts";
import type { AzureCredential } from "./provider-access.ts";
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

/** What Azure OpenAI's tokens are for: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/managed-identity */
const scope = "https://cognitiveservices.azure.com/.default";

type Login = Exclude<AzureCredential, { type: "apiKey" }>;

/** Tokens of the workload's own identity, or of whoever is logged in with `az`. */
export const azureTokens = (credential: Login, means: TokenMeans): TokenSource =>
  tokenSource(means, (asking) =>
    credential.type === "cli" ? cliToken(credential, asking) : federatedToken(credential, asking),
  );

/** Client credentials with the workload's own assertion (RFC 7523, 2.2). The file is renewed by others: read anew. */
const federatedToken = async (
  { clientId, tenantId, tokenFile, authority }: Extract<Login, { type: "workloadIdentity" }>,
  asking: Asking,
): Promise<AccessToken> => {
  const who = "Microsoft Entra";
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId,
    scope,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: asking.keep((await readFile(tokenFile, "utf8")).trim()),
  });
  const url = `${authority.replace(/\/+$/, "")}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`;
  const answer = await askLogin({ who, url, body }, asking);
  return { token: textIn(answer, "access_token", who), expiresAt: lifetime(answer, asking.now()) };
};

/** What `az` needs of the environment: its own configuration, Python's certificates, the way through a proxy. */
const passed =
  /^(?:HOME|PATH|LANG|LC_ALL|AZURE_CONFIG_DIR|(?:HTTPS?|NO|ALL)_PROXY|REQUESTS_CA_BUNDLE|SSL_CERT_FILE)$/i;

const az = "`az account get-access-token`";

const cliToken = async (
  { program, environment }: { readonly program: string; readonly environment: Environment },
  { signal, now, keep, conceal }: Asking,
): Promise<AccessToken> => {
  const args = ["account", "get-access-token", "--scope", scope, "--output", "json"];
  const own = Object.entries(environment).filter(([name]) => passed.test(name));
  const env = Object.fromEntries([
    ...own,
    // Not the step's own PATH: a folder of the workspace may stand on it.
    ["PATH", `${dirname(program)}:/usr/local/bin:/usr/bin:/bin`],
    // `az` is `python -m azure.cli`, and Python would look for that in the folder it is started in.
    ["PYTHONSAFEPATH", "1"],
  ]);
  const options = { env, cwd: "/", ...(signal && { signal }) };
  const { stdout } = await promisify(execFile)(program, args, options).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw loginRefused(`${az} failed: ${told(error, conceal)}. Log in with azure/login.`);
  });
  const answer = fieldsOf(stdout);
  const expiresAt = Number(answer.expires_on ?? Number.NaN) * 1_000;
  return {
    token: keep(textIn(answer, "accessToken", az)),
    expiresAt: Number.isFinite(expiresAt) ? expiresAt : now() + 600_000,
  };
};

/** The text of a parser's error would hold a piece of the token. */
const fieldsOf = (stdout: string): Readonly<Record<string, unknown>> => {
  try {
    const answer: unknown = JSON.parse(stdout);
    if (typeof answer === "object" && answer !== null) return { ...answer };
  } catch {
    // Said below.
  }
  throw loginRefused(`${az} printed no JSON object.`);
};

const told = (error: unknown, conceal: (text: string) => string): string => {
  const stderr = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
  const [line = ""] = stderr.split("\n");
  return conceal(line || String(error))
    .slice(0, 300)
    .replace(/[.\s]+$/, "");
};
