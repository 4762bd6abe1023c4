import { expect, test } from "vitest";
import { gitFailure, mayPass } from "../../../src/edges/registry/git-failure.ts";

// What gits built on OpenSSL and GnuTLS, and servers that no test here can be, say.
test.each([
  [
    "fatal: unable to access 'https://a/': OpenSSL SSL_read: Connection reset by peer, errno 104",
    "connection",
  ],
  [
    "fatal: unable to access 'https://a/': OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to a:443",
    "connection",
  ],
  [
    "fatal: unable to access 'https://a/': gnutls_handshake() failed: The TLS connection was non-properly terminated.",
    "connection",
  ],
  [
    "fatal: unable to access 'https://a/': TLS connect error: error:0A000126:SSL routines::unexpected eof",
    "connection",
  ],
  [
    "fatal: unable to access 'https://a/certificate-experts.git/': Failed to connect to a port 443: Connection refused",
    "connection",
  ],
  ["error: RPC failed; curl 92 HTTP/2 stream 0 was not closed cleanly\nfatal: early EOF", "connection"],
  [
    "fatal: unable to access 'https://a/': SSL certificate problem: unable to get local issuer certificate",
    "certificate",
  ],
  [
    "fatal: unable to access 'https://a/': SSL: no alternative certificate subject name matches host",
    "certificate",
  ],
  [
    "fatal: unable to access 'https://a/': gnutls_handshake() failed: Error in the certificate verification.",
    "certificate",
  ],
  ["fatal: unable to access 'https://a/': Received HTTP code 407 from proxy after CONNECT", "proxy"],
  ["fatal: unable to access 'https://a/': CONNECT tunnel failed, response 403", "proxy"],
  ["fatal: unable to access 'https://a/': Maximum (20) redirects followed", "other"],
  ["fatal: https://a/info/refs not valid: is this a git repository?", "other"],
  ["fatal: dumb http transport does not support shallow capabilities", "other"],
  ["fatal: remote error: access denied or repository not exported: /a", "other"],
  ["git@a: Permission denied (publickey).\nfatal: Could not read from remote repository.", "sshKey"],
  ["Host key verification failed.\nfatal: Could not read from remote repository.", "hostKey"],
  [
    "ssh: Could not resolve hostname a: Name or service not known\nfatal: Could not read from remote repository.",
    "address",
  ],
  ["error: Server does not allow request for unadvertised object 1212", "refused"],
  ["fatal: remote error: upload-pack: not our ref 1212", "absent"],
  ["fatal: git upload-pack: not our ref 1212\nfatal: the remote end hung up unexpectedly", "absent"],
  ["remote: couldn't find remote ref refs/tags/x\nfatal: bad object HEAD", "unknown"],
  ["error: object file .git/objects/12/12 is empty\nfatal: loose object 1212 is corrupt", "unknown"],
  ["", "unknown"],
])("given git says %j, then it is of the kind %s", (said, type) => {
  expect(gitFailure({ type: "exit", code: 128, said }).type).toBe(type);
});

test.each([
  ["remote: Repository not found.\nfatal: repository 'https://github.com/a/b/' not found", 404],
  ["ERROR: Repository not found.\nfatal: Could not read from remote repository.", 404],
  [
    "remote: Support for password authentication was removed.\nfatal: Authentication failed for 'https://a/'",
    401,
  ],
  ["fatal: could not read Username for 'https://a': terminal prompts disabled", 401],
  ["error: RPC failed; HTTP 504 curl 22 The requested URL returned error: 504", 504],
])("given git says %j, then it is the status %i", (said, status) => {
  expect(gitFailure({ type: "exit", code: 128, said })).toEqual({ type: "status", status });
});

test.each([
  [408, true],
  [429, true],
  [500, true],
  [504, true],
  [401, false],
  [403, false],
  [404, false],
  [301, false],
])("given the status %i, then whether another attempt may help is %s", (status, expected) => {
  expect(mayPass({ type: "status", status })).toBe(expected);
});
