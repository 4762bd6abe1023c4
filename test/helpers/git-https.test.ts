import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startGitHttps } from "./git-https.ts";
import { gitProgram, makeRegistry } from "./git-registry.ts";

const push = async (from: string, url: string, ca: string): Promise<string> => {
  const env = { PATH: process.env.PATH, GIT_SSL_CAINFO: ca, GIT_TERMINAL_PROMPT: "0" };
  const args = ["-C", from, "push", "--quiet", url, "HEAD:refs/heads/index"];
  return await promisify(execFile)(gitProgram, args, { env }).then(
    () => "pushed",
    () => "refused",
  );
};

test("given a repository that is writable, then it takes a push, and another one does not", async () => {
  await using https = await startGitHttps();
  using registry = makeRegistry();
  using other = makeRegistry({ "x.toml": "x" });
  const closed = https.serve("acme/closed", registry.directory);
  const open = https.serve("acme/open", registry.directory, { writable: true });
  expect(await push(other.directory, closed, https.ca)).toBe("refused");
  expect(await push(other.directory, open, https.ca)).toBe("pushed");
  expect(registry.git("rev-parse", "index")).toBe(other.head());
});
