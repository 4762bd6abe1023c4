import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { googleTokens } from "../../../src/edges/model/google-token.ts";
import { publicLogins } from "../../../src/edges/model/login-policy.ts";
import { providerFetch } from "../../../src/edges/model/provider-fetch.ts";
import { startLoginServer } from "../../helpers/login-server.ts";

const folder = mkdtempSync(join(tmpdir(), "credential-files-"));

const file = (name: string, content: object | string): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};

const google = {
  "/sts": { access_token: "federated-token", expires_in: 3_600 },
  "/impersonate": { accessToken: "account-token", expireTime: "2100-01-01T00:00:00Z" },
  "/token": { access_token: "person-token" },
};

/** Google, GitHub, and somebody else who would give a token for anything. */
const startServers = async (further: Parameters<typeof startLoginServer>[0] = {}) => {
  const own = await startLoginServer({ ...google, ...further });
  const gitHub = await startLoginServer({ "/id?audience=x": { value: "signed-by-github" } });
  const other = await startLoginServer({ ...google, "/id": { value: "t" } });
  return {
    own,
    gitHub,
    other,
    [Symbol.asyncDispose]: async () => {
      for (const server of [own, gitHub, other]) await server[Symbol.asyncDispose]();
    },
  };
};

type Servers = Awaited<ReturnType<typeof startServers>>;

const workspace = mkdtempSync(join(tmpdir(), "workspace-"));

const tokenOf = async ({ own, gitHub }: Servers, fields: object): Promise<string> => {
  const logins = {
    isGoogle: ({ origin }: URL) => origin === own.url,
    isSecure: ({ protocol }: URL) => protocol === "http:",
  };
  const tokens = googleTokens(
    {
      type: "file",
      file: file("google.json", fields),
      rules: { logins, idTokenUrl: `${gitHub.url}/id?api-version=2`, workspace },
    },
    { fetch: providerFetch(), now: () => 1_000 },
  );
  return await tokens.token(undefined).catch((error: Error) => `refused: ${tokens.conceal(error.message)}`);
};

const external = ({ own, gitHub }: Servers, further: object = {}) => ({
  type: "external_account",
  audience: "a",
  subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
  token_url: `${own.url}/sts`,
  credential_source: { url: `${gitHub.url}/id?audience=x`, format: { type: "json" } },
  ...further,
});

test("a file that names Google and GitHub gives a token", async () => {
  await using servers = await startServers();
  expect(await tokenOf(servers, external(servers))).toBe("federated-token");
});

test.each<[string, (other: string) => object]>([
  ["token_url", (other) => ({ token_url: `${other}/sts` })],
  [
    "service_account_impersonation_url",
    (other) => ({ service_account_impersonation_url: `${other}/impersonate` }),
  ],
  ["credential_source.url", (other) => ({ credential_source: { url: `${other}/id` } })],
  [
    "token_uri",
    (other) => ({
      type: "authorized_user",
      client_id: "c",
      client_secret: "s",
      refresh_token: "r",
      token_uri: `${other}/token`,
    }),
  ],
  ["token_uri", (other) => ({ type: "service_account", token_uri: `${other}/token` })],
])("a file that names another host as %s sends nothing anywhere", async (name, further) => {
  await using servers = await startServers();
  const { own, other } = servers;
  const told = await tokenOf(servers, external(servers, further(other.url)));
  expect(told).toContain(`refused: Google's credential file names ${other.url} as "${name}"`);
  expect(other.requests).toEqual([]);
  expect(own.requests).toEqual([]);
});

const link = (name: string, to: string): string => {
  const path = join(folder, name);
  symlinkSync(to, path);
  return path;
};

test.each([
  ["/proc/self/environ", "/proc"],
  [`${folder}/../../../../../../proc/self/environ`, "/proc"],
  [link("environ", "/proc/self/environ"), "/proc"],
  [link("processes", "/proc"), "/proc"],
  ["/dev/stdin", "/dev"],
  ["/sys/kernel/uevent_seqnum", "/sys"],
  [join(workspace, "token"), workspace],
  [link("in-workspace", join(workspace, "token")), workspace],
])("no token is read from %s", async (path, below) => {
  await using servers = await startServers();
  writeFileSync(join(workspace, "token"), "t");
  const told = await tokenOf(servers, external(servers, { credential_source: { file: path } }));
  expect(told).toBe(
    `refused: Google's credential file names ${path} as "credential_source.file", which is below ${below}: no token is read from there.`,
  );
  expect(servers.own.requests).toEqual([]);
});

test("a token is read from another file, as text or as a field", async () => {
  await using servers = await startServers();
  const plain = file("token", "from-a-file\n");
  const json = file("token.json", { id: "from-a-field" });
  const format = { type: "json", subject_token_field_name: "id" };
  await tokenOf(servers, external(servers, { credential_source: { file: plain } }));
  await tokenOf(servers, external(servers, { credential_source: { file: json, format } }));
  const sent = servers.own.requests.map(({ body }) => new URLSearchParams(body).get("subject_token"));
  expect(sent).toEqual(["from-a-file", "from-a-field"]);
});

test.each([
  ["https://sts.googleapis.com/v1/token", true],
  ["https://sts.europe-west1.rep.googleapis.com/v1/token", true],
  ["https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@b:generateAccessToken", true],
  [
    "https://iamcredentials.eu.rep.googleapis.com/v1/projects/-/serviceAccounts/a@b:generateAccessToken",
    true,
  ],
  ["https://oauth2.googleapis.com/token", true],
  ["https://www.googleapis.com/oauth2/v4/token", true],
  ["https://www.googleapis.com/upload/storage/v1/b/strangers/o?uploadType=media", false],
  ["https://www.googleapis.com/oauth2/../upload/storage/v1/b/strangers/o", false],
  ["https://www.googleapis.com/oauth2/..%2fupload/storage/v1/b/strangers/o", false],
  ["https://storage.googleapis.com/upload/storage/v1/b/strangers/o", false],
  ["https://strangers.storage.googleapis.com/sts.googleapis.com", false],
  ["https://sts.strangers.storage.rep.googleapis.com/", false],
  ["https://firebasestorage.googleapis.com/v0/b/strangers/o", false],
  ["https://googleapis.com/token", false],
  ["http://sts.googleapis.com/v1/token", false],
  ["https://sts.googleapis.com.example.com/", false],
  ["https://evilgoogleapis.com/", false],
  ["https://user@example.com/sts.googleapis.com", false],
  ["http://127.0.0.1/", false],
])("to the runner %s is Google: %s", (url, isGoogle) => {
  expect(publicLogins.isGoogle(new URL(url))).toBe(isGoogle);
});

test("no token on the way to the last is told on, not even in part", async () => {
  const padding = "x".repeat(290);
  await using servers = await startServers({
    "/impersonate": { status: 403, error: { message: `Bearer federated-token was sent, ${padding}` } },
    "/sts": { access_token: "federated-token" },
  });
  const url = `${servers.own.url}/impersonate`;
  const first = await tokenOf(servers, external(servers, { service_account_impersonation_url: url }));
  expect(first).toContain("Google gave no access token (403): Bearer *** was sent");
  await using refusing = await startServers({
    "/sts": { status: 400, error_description: `${padding}signed-by-github` },
  });
  const second = await tokenOf(refusing, external(refusing));
  expect(second).toBe(`refused: Google gave no access token (400): ${padding}***`);
});

test.each([{}, { expireTime: "in an hour" }, { expireTime: "" }])(
  "a service account's token with %j as its end is renewed after an hour",
  async (told) => {
    await using servers = await startServers({ "/impersonate": { accessToken: "account-token", ...told } });
    const { own } = servers;
    const url = `${own.url}/impersonate`;
    const credential = file(
      "account.json",
      external(servers, {
        service_account_impersonation_url: url,
        credential_source: { file: file("subject", "s") },
      }),
    );
    const rules = {
      logins: { isGoogle: () => true, isSecure: () => true },
      idTokenUrl: undefined,
      workspace: undefined,
    };
    let now = 0;
    const means = { fetch: providerFetch(), now: () => now };
    const tokens = googleTokens({ type: "file", file: credential, rules }, means);
    const logins = () => own.requests.filter(({ path }) => path === "/impersonate").length;
    for (const [minutes, count] of [[0, 1] as const, [50, 1] as const, [60, 2] as const]) {
      now = minutes * 60_000;
      expect([await tokens.token(undefined), logins()]).toEqual(["account-token", count]);
    }
  },
);

test("a login that redirects is told, not followed", async () => {
  await using servers = await startServers();
  const { own, other } = servers;
  await using moved = await startLoginServer({
    "/sts": { status: 307, headers: { location: `${other.url}/sts` } },
  });
  const logins = { isGoogle: () => true, isSecure: () => true };
  const credential = file("moved.json", external(servers, { token_url: `${moved.url}/sts` }));
  const rules = { logins, idTokenUrl: undefined, workspace: undefined };
  for (const fetch of [providerFetch(), globalThis.fetch]) {
    const tokens = googleTokens({ type: "file", file: credential, rules }, { fetch, now: () => 0 });
    await expect(tokens.token(undefined)).rejects.toThrow(
      `Google gave no access token (307): it redirects to ${other.url}`,
    );
  }
  expect([...own.requests, ...other.requests]).toEqual([]);
});
