import { expect, test } from "vitest";
import { textOf } from "../mcp/fixture-skill.ts";
import { type HttpMcpServer, httpMcpServer } from "./http-mcp-server.ts";
import { loopback } from "./loopback.ts";
import { openRemote } from "./remote-fixture.ts";

/** A server that sends whoever asks for `/old` elsewhere. */
const redirecting = (status: number, location: () => string): Promise<HttpMcpServer> =>
  httpMcpServer(({ path }, response) => {
    if (!path.startsWith("/old")) return false;
    response.writeHead(status, { location: location() }).end();
    return true;
  });

/** The same machine under another name. */
const twoNames = {
  ...loopback,
  admitsHost: (hostname: string) =>
    ["127.0.0.1", "other.example.com", "third.example.org"].includes(hostname),
  resolve: async () => [{ address: "127.0.0.1", family: 4 }],
};

test.each([307, 308])("given a redirect with %i on the same host, it is followed", async (status) => {
  await using server = await redirecting(status, () => "/mcp?moved=1");
  await using far = await openRemote(`${server.origin}/old`);
  expect(textOf(await far.run("work"))).toBe("worked");
  const { path, headers } = server.received.at(-1) ?? {};
  expect([path, headers?.["mcp-session-id"]]).toEqual(["/mcp?moved=1", "s-1"]);
});

test("given a redirect that drops what is sent, the new address is to be written down", async () => {
  await using server = await redirecting(302, () => "/mcp");
  await expect(openRemote(`${server.origin}/old`)).rejects.toMatchObject({
    code: "SKILL_REFUSED",
    message: expect.stringMatching(/with status 302, which drops what is sent\. Write the new address/),
  });
});

test("given a redirect to another host, it is followed only when `allowedDomains` names the host", async () => {
  await using server = await redirecting(307, () => `http://other.example.com:${server.port}/mcp`);
  const endpoint = `${server.origin}/old`;
  for (const allowedDomains of [[], ["example.com"], ["*.other.example.com"], ["example.org"]]) {
    await expect(openRemote(endpoint, { addressPolicy: twoNames, allowedDomains })).rejects.toMatchObject({
      code: "SKILL_REFUSED",
      message: expect.stringMatching(
        /redirects to http:\/\/other\.example\.com:\d+, a host that .*allowedDomains/,
      ),
    });
  }
  for (const allowedDomains of [["other.example.com"], ["*.example.com"]]) {
    await using far = await openRemote(endpoint, { addressPolicy: twoNames, allowedDomains });
    expect(textOf(await far.run("work"))).toBe("worked");
  }
});

test("given a redirect to a host that did not open the session, the session's name stays behind", async () => {
  let moved = false;
  await using second = await httpMcpServer();
  await using first = await httpMcpServer((_received, response) => {
    if (!moved) return false;
    response.writeHead(307, { location: `http://other.example.com:${second.port}/mcp` }).end();
    return true;
  });
  await using far = await openRemote(first.url, {
    addressPolicy: twoNames,
    allowedDomains: ["other.example.com"],
  });
  moved = true;
  await far.run("work");
  expect(second.received[0]?.headers).not.toHaveProperty("mcp-session-id");
  expect(second.received[0]?.headers.accept).toContain("text/event-stream");
});

test.each([
  ["https://169.254.169.254/latest", ["*"], "a host that the skill's `allowedDomains` does not name"],
  ["http://[::ffff:169.254.169.254]/", ["169.254.169.254"], "does not name"],
  ["http://localhost.:1/", [], "does not name"],
  [
    "http://third.example.org/",
    ["third.example.org"],
    "third.example.org is not asked: it resolves to 100.64.0.1",
  ],
])("given a redirect to %s, nothing is sent there", async (location, allowedDomains, says) => {
  await using server = await redirecting(307, () => location);
  const addressPolicy = {
    ...twoNames,
    resolve: async () => [{ address: "100.64.0.1", family: 4 }],
  };
  await expect(openRemote(`${server.origin}/old`, { addressPolicy, allowedDomains })).rejects.toMatchObject({
    code: "SKILL_REFUSED",
    message: expect.stringContaining(says),
  });
});

test("given a private host that `allowedDomains` names, a redirect to it is refused all the same", async () => {
  await using server = await redirecting(307, () => "http://10.0.0.1/mcp");
  await expect(openRemote(`${server.origin}/old`, { allowedDomains: ["10.0.0.1"] })).rejects.toMatchObject({
    code: "SKILL_REFUSED",
    message: expect.stringContaining("10.0.0.1 is not asked: it is on this machine or in a private network"),
  });
});

test("given redirects without end, the sixth is not followed", async () => {
  await using server = await redirecting(307, () => "/old/again");
  await expect(openRemote(`${server.origin}/old`)).rejects.toMatchObject({
    code: "SKILL_REFUSED",
    message: expect.stringContaining("redirects more than 5 times"),
  });
  expect(server.received).toHaveLength(6);
});

test("given a redirect with a user and a password in it, they are not sent", async () => {
  await using server = await redirecting(307, () => `http://me:secret@127.0.0.1:${server.port}/mcp`);
  await using far = await openRemote(`${server.origin}/old`);
  expect(textOf(await far.run("work"))).toBe("worked");
  expect(server.received.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
});
