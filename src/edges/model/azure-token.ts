import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import type { Environment } from "./credentials.ts";
import type { AzureCredential } from "./provider-access.ts";
import {
  type AccessToken,
  askLogin,
  lifetime,
  loginRefused,
  type TokenSource,
  textIn,
  tokenSource,
} from "./token-source.ts";

/** What Azure OpenAI's tokens are for: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/managed-identity */
const scope = "https://cognitiveservices.azure.com/.default";

type Login = Exclude<AzureCredential, { type: "apiKey" }>;
type Means = { readonly fetch: typeof globalThis.fetch; readonly now: () => number };

/** Tokens of the workload's own identity, or of whoever is logged in with `az`. */
export const azureTokens = (credential: Login, means: Means): TokenSource =>
  tokenSource(
    (signal) =>
      credential.type === "cli"
        ? cliToken(credential, means.now(), signal)
        : federatedToken(credential, means, signal),
    means.now,
  );

/** Client credentials with the workload's own assertion (RFC 7523, 2.2). The file is renewed by others: read anew. */
const federatedToken = async (
  { clientId, tenantId, tokenFile, authority }: Extract<Login, { type: "workloadIdentity" }>,
  { fetch, now }: Means,
  signal: AbortSignal | undefined,
): Promise<AccessToken> => {
  const who = "Microsoft Entra";
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId,
    scope,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: (await readFile(tokenFile, "utf8")).trim(),
  });
  const url = `${authority.replace(/\/+$/, "")}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`;
  const answer = await askLogin({ who, url, body, fetch }, signal);
  return { token: textIn(answer, "access_token", who), expiresAt: lifetime(answer, now()) };
};

/** What `az` needs of the environment: its own configuration, Python's certificates, the way through a proxy. */
const passed =
  /^(?:HOME|PATH|LANG|LC_ALL|AZURE_CONFIG_DIR|(?:HTTPS?|NO|ALL)_PROXY|REQUESTS_CA_BUNDLE|SSL_CERT_FILE)$/i;

const cliToken = async (
  { program, environment }: { readonly program: string; readonly environment: Environment },
  now: number,
  signal: AbortSignal | undefined,
): Promise<AccessToken> => {
  const args = ["account", "get-access-token", "--scope", scope, "--output", "json"];
  const own = Object.entries(environment).filter(([name]) => passed.test(name));
  // Not the step's own PATH: a folder of the workspace may stand on it.
  const env = Object.fromEntries([...own, ["PATH", `${dirname(program)}:/usr/local/bin:/usr/bin:/bin`]]);
  const { stdout } = await promisify(execFile)(program, args, { env, ...(signal && { signal }) }).catch(
    (error: unknown) => {
      if (signal?.aborted) throw error;
      throw loginRefused(`\`az account get-access-token\` failed: ${told(error)}. Log in with azure/login.`);
    },
  );
  const answer: unknown = JSON.parse(stdout);
  const fields = typeof answer === "object" && answer !== null ? { ...answer } : {};
  const expiresAt = Number("expires_on" in fields ? fields.expires_on : Number.NaN) * 1_000;
  return {
    token: textIn(fields, "accessToken", "`az account get-access-token`"),
    expiresAt: Number.isFinite(expiresAt) ? expiresAt : now + 600_000,
  };
};

const told = (error: unknown): string => {
  const stderr = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
  const [line = ""] = stderr.split("\n");
  return (line || String(error)).slice(0, 300).replace(/[.\s]+$/, "");
};
