import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPrivateAddress, isPrivateHost } from "../../src/definition/public-host.ts";

const privateAt = (host: string): boolean => isPrivateHost(new URL(`https://${host}/`).hostname);

describe("given a host", () => {
  it.each([
    "localhost",
    "LOCALHOST.",
    "localhost.",
    "foo.localhost",
    "intranet",
    "printer.local",
    "metadata.google.internal",
    "127.0.0.1",
    "127.1",
    "0x7f000001",
    "2130706433",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.169.254",
    "168.63.129.16",
    "[::ffff:168.63.129.16]",
    "100.64.0.1",
    "100.127.255.255",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[::ffff:169.254.169.254]",
    "[::ffff:a00:1]",
    "[fe80::1]",
    "[fd00::1]",
    "[ff02::1]",
    "[64:ff9b::10.0.0.1]",
    "[2002:7f00:1::]",
    "[2001:db8::1]",
    "[::127.0.0.1]",
    "[64:ff9b:1::808:808]",
    "[2001:0:7f00:1::]",
    "[3fff::1]",
    "192.88.99.1",
  ])("%s is private", (host) => {
    expect(privateAt(host)).toBe(true);
  });

  it.each([
    "example.com",
    "example.com.",
    "localhost.example.com",
    "8.8.8.8",
    "172.32.0.1",
    "168.63.129.17",
    "100.128.0.1",
    "192.0.1.1",
    "[2606:4700::1111]",
    "[::ffff:8.8.8.8]",
    "[64:ff9b::8.8.8.8]",
    "[2002:808:808::]",
    "[2001:4860:4860::8888]",
  ])("%s is public", (host) => {
    expect(privateAt(host)).toBe(false);
  });

  it("is as private mapped into IPv6 as it is alone", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(privateAt(`[::ffff:${address}]`)).toBe(privateAt(address));
      }),
    );
  });
});

describe("given an address as a resolver says it", () => {
  it.each([
    "127.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "::1",
    "::ffff:169.254.169.254",
    "::ffff:7f00:1",
    "fe80::1%eth0",
    "FD00::1",
    "64:ff9b::10.0.0.1",
    "not an address",
    "example.com",
    "1:2:3",
    "",
  ])("%s is private", (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });

  it.each(["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])("%s is public", (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  });
});
