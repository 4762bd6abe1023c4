import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { beforeAll, expect, test } from "vitest";
import * as z from "zod/mini";
import { publicAddresses } from "../../../../src/edges/skills/remote/address-policy.ts";
import { listen } from "../../../helpers/loopback-server.ts";
import { temporaryDirectory, textOf } from "../mcp/fixture-skill.ts";
import { json, textResult } from "./http-mcp-server.ts";
import { openRemote } from "./remote-fixture.ts";

/** As in production, but that the one public name is on this machine. */
const addressPolicy = {
  ...publicAddresses,
  admitsAddress: (address: string) => address === "127.0.0.1",
  resolve: async () => [{ address: "127.0.0.1", family: 4 }],
};

let key = "";
let cert = "";

beforeAll(() => {
  using directory = temporaryDirectory();
  const [keyFile, certFile] = ["key.pem", "cert.pem"].map((name) => join(directory.path, name));
  const made = spawnSync("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"],
    ...["-subj", "/CN=mcp.example.com", "-addext", "subjectAltName=DNS:mcp.example.com"],
    ...["-keyout", keyFile ?? "", "-out", certFile ?? ""],
  ]);
  if (made.status !== 0) throw new Error(`openssl: ${made.error ?? made.stderr}`);
  key = readFileSync(keyFile ?? "", "utf8");
  cert = readFileSync(certFile ?? "", "utf8");
});

const Message = z.object({ id: z.optional(z.number()), method: z.string() });

const secureServer = (redirect?: string): Server =>
  createServer({ key, cert }, async (request, response) => {
    const text = (await request.toArray()).join("");
    if (redirect !== undefined) return response.writeHead(307, { location: redirect }).end();
    if (request.method !== "POST") return response.writeHead(405).end();
    const { id, method } = Message.parse(JSON.parse(text));
    if (method === "initialize") {
      const serverInfo = { name: "secure", version: "1" };
      return json(response, id, { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo });
    }
    if (method === "tools/list") {
      return json(response, id, { tools: [{ name: "host", inputSchema: { type: "object" } }] });
    }
    if (method === "tools/call") return json(response, id, textResult(request.headers.host ?? ""));
    return response.writeHead(202).end();
  });

test("given a certificate of nobody we know, nothing is said to the server", async () => {
  await using server = await listen(secureServer());
  const opening = openRemote(`https://mcp.example.com:${server.port}/mcp`, { addressPolicy });
  await expect(opening).rejects.toMatchObject({
    code: "SKILL_START_FAILED",
    message: expect.stringContaining("cannot be reached (DEPTH_ZERO_SELF_SIGNED_CERT)"),
  });
});

test("given a certificate that is known, the skill works by its name, on the address that was checked", async () => {
  setDefaultCACertificates([...getCACertificates(), cert]);
  await using server = await listen(secureServer());
  await using far = await openRemote(`https://mcp.example.com:${server.port}/mcp`, { addressPolicy });
  expect(textOf(await far.run("host"))).toBe(`mcp.example.com:${server.port}`);
  const wrongName = openRemote(`https://other.example.com:${server.port}/mcp`, { addressPolicy });
  await expect(wrongName).rejects.toMatchObject({
    message: expect.stringContaining("ERR_TLS_CERT_ALTNAME_INVALID"),
  });
});

test("given a redirect from https to http, it is not followed", async () => {
  setDefaultCACertificates([...getCACertificates(), cert]);
  await using server = await listen(secureServer("http://mcp.example.com/mcp"));
  const policy = { ...addressPolicy, protocols: ["https:", "http:"] };
  await expect(
    openRemote(`https://mcp.example.com:${server.port}/mcp`, { addressPolicy: policy }),
  ).rejects.toMatchObject({
    code: "SKILL_REFUSED",
    message: expect.stringContaining("redirects to http://mcp.example.com, which is not https"),
  });
});
