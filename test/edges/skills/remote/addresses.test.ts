import { expect, test } from "vitest";
import { type AddressPolicy, publicAddresses } from "../../../../src/edges/skills/remote/address-policy.ts";
import { httpMcpServer } from "./http-mcp-server.ts";
import { loopback } from "./loopback.ts";
import { openRemote } from "./remote-fixture.ts";

test.each([
  "https://localhost/mcp",
  "https://localhost./mcp",
  "https://LOCALHOST:8443/mcp",
  "https://127.0.0.1/mcp",
  "https://127.1/mcp",
  "https://127.0.0.1./mcp",
  "https://2130706433/mcp",
  "https://0x7f000001/mcp",
  "https://0177.0.0.1/mcp",
  "https://0/mcp",
  "https://[::1]/mcp",
  "https://[::]/mcp",
  "https://[::ffff:127.0.0.1]/mcp",
  "https://[::ffff:169.254.169.254]/mcp",
  "https://[64:ff9b::a00:1]/mcp",
  "https://[64:ff9b:1::808:808]/mcp",
  "https://[2002:7f00:1::]/mcp",
  "https://[2001:0:7f00:1::]/mcp",
  "https://[fe80::1]/mcp",
  "https://[fd00::1]/mcp",
  "https://169.254.169.254/mcp",
  "https://metadata.google.internal/mcp",
  "https://100.64.0.1/mcp",
  "https://10.0.0.1/mcp",
  "https://192.168.1.1/mcp",
  "https://printer/mcp",
])("given the endpoint %s, nothing is sent", async (endpoint) => {
  const addressPolicy: AddressPolicy = {
    ...publicAddresses,
    resolve: () => Promise.reject(new Error("was looked up")),
  };
  await expect(openRemote(endpoint, { addressPolicy })).rejects.toMatchObject({
    code: "SKILL_REFUSED",
    message: expect.stringMatching(/^The skill "far": .* on this machine or in a private network\.$/),
  });
});

test("given an endpoint without https, it is refused", async () => {
  await expect(
    openRemote("http://example.com/mcp", { addressPolicy: publicAddresses }),
  ).rejects.toMatchObject({ code: "SKILL_REFUSED", message: expect.stringContaining("only https: URLs") });
});

test.each([
  [["127.0.0.1"]],
  [["93.184.215.14", "10.0.0.7"]],
  [["::ffff:169.254.169.254"]],
  [["fe80::1%eth0"]],
  [["100.64.0.1"]],
])("given a public name that resolves to %j, nothing is sent", async (addresses) => {
  const addressPolicy: AddressPolicy = {
    ...publicAddresses,
    resolve: async () => addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
  };
  await expect(openRemote("https://mcp.example.com/mcp", { addressPolicy })).rejects.toMatchObject({
    code: "SKILL_REFUSED",
    message: expect.stringContaining(`mcp.example.com is not asked: it resolves to ${addresses.at(-1)}`),
  });
});

test("given a name that first resolves to the server and then elsewhere, only checked addresses are connected to", async () => {
  await using server = await httpMcpServer();
  let lookups = 0;
  const addressPolicy: AddressPolicy = {
    ...loopback,
    admitsHost: (hostname) => hostname === "rebinding.example.com",
    // A different answer each time: were a name looked up twice for one request, the second would count.
    resolve: async () => {
      lookups += 1;
      return [{ address: lookups <= 4 ? "127.0.0.1" : "10.0.0.1", family: 4 }];
    },
  };
  await using far = await openRemote(`http://rebinding.example.com:${server.port}/mcp`, { addressPolicy });
  const before = server.received.length;
  expect(before).toBe(lookups);
  while (lookups < 4) await far.run("work");
  const outcome = await far.run("work");
  expect(outcome.isError).toBe(true);
  expect(JSON.stringify(outcome.contents)).toContain("resolves to 10.0.0.1");
  expect(server.received.length).toBe(4);
});
