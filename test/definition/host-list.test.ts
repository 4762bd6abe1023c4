import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { listsHost, plainHost } from "../../src/definition/host-list.ts";

const list = ["api.example.com", "*.example.org", "Upper.Example.NET"];

describe("given a list of hosts", () => {
  it.each([
    "api.example.com",
    "API.Example.COM",
    "api.example.com.",
    "api.example.com...",
    "a.example.org",
    "a.b-c.example.org",
    "upper.example.net",
  ])("%s is on it", (host) => expect(listsHost(list, host)).toBe(true));

  it.each([
    "example.com",
    "xapi.example.com",
    "www.api.example.com",
    "api.example.com.evil.net",
    "api.example.comx",
    "api-example.com",
    "example.org",
    ".example.org",
    "a..example.org",
    "*.example.org",
    "evilexample.org",
    "xn--80ak6aa92e.example.org",
    "a.XN--abc.example.org",
    "-a.example.org",
    "a_b.example.org",
    "a.example.org:443",
    "user@a.example.org",
    "a.example.org/",
    "a.example.org\u0000",
    "a.example.org\n",
    "\u212Aapi.example.org",
    "api\u3002example.com",
    "",
    ".",
    `${"a".repeat(64)}.example.org`,
    `${"a.".repeat(200)}example.org`,
  ])("%j is not", (host) => expect(listsHost(list, host)).toBe(false));

  it("does not take the Kelvin sign for a k", () => {
    expect(listsHost(["kelvin.example.com"], "\u212Aelvin.example.com")).toBe(false);
  });
});

describe("given an address in some spelling, even one that the list has", () => {
  it.each([
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.0x1",
    "127.0.0.1.",
    "0x",
    "[::1]",
    "::1",
    "[::ffff:127.0.0.1]",
    "fe80::1%eth0",
    "\uFF11\uFF12\uFF17.0.0.1",
  ])("%s is refused", (host) => {
    expect(plainHost(host)).toBeUndefined();
    expect(listsHost([host, `*.${host.split(".").slice(1).join(".")}`, "*.1", "*.0.1"], host)).toBe(false);
  });

  it.each(["1.example.com", "1password.com", "0xabc.com", "3com"])("%s is a name", (host) => {
    expect(listsHost([host], host)).toBe(true);
  });
});

describe("given any list and any host", () => {
  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?$/);
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
  const entry = fc.oneof(
    name,
    name.map((below) => `*.${below}`),
  );
  const noise = fc.string({ unit: "binary", maxLength: 6 });

  test("what is on the list ends in an entry's labels, and is that entry exactly unless it has a star", () => {
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 5 }),
        fc.array(noise, { maxLength: 3 }),
        name,
        (hosts, around, middle) => {
          const [before = "", after = "", between = ""] = around;
          const related = hosts.flatMap((one) => [
            one,
            one.slice(2),
            one.slice(1),
            `${middle}.${one.slice(2)}`,
          ]);
          const asked = [...related, middle].flatMap((one) => [
            one,
            `${before}${one}`,
            `${one}${after}`,
            `${one}.${between}${middle}`,
          ]);
          for (const host of asked.filter((one) => listsHost(hosts, one))) {
            const labels = host.toLowerCase().replace(/\.+$/, "").split(".");
            const covers = (one: string): boolean => {
              const wanted = one.split(".");
              if (wanted[0] !== "*") return wanted.join() === labels.join();
              const rest = wanted.slice(1);
              return labels.length > rest.length && labels.slice(-rest.length).join() === rest.join();
            };
            expect(hosts.some(covers)).toBe(true);
            expect(host).toMatch(/^[\x21-\x7e]+$/);
          }
        },
      ),
    );
  });

  test("a name is on a list of itself, unless it is an address or punycode", () => {
    fc.assert(
      fc.property(name, (host) => {
        const isOdd = /(^|\.)(\d+|0x[\da-f]*)$/.test(host) || /(^|\.)xn--/.test(host);
        expect(listsHost([host], host.toUpperCase())).toBe(!isOdd);
      }),
    );
  });
});
