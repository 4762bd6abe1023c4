import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gitProgram, makeRegistry } from "../../helpers/git-registry.ts";
import { addressOf, never, openRegistries } from "./open-registries.ts";

test("given an ssh address, then it is read by ssh, which sees no token", async () => {
  using registry = makeRegistry({ x: "x" });
  const folder = mkdtempSync(join(tmpdir(), "expert-stack-ssh-"));
  const [ssh, log] = [join(folder, "ssh"), join(folder, "log")];
  // What a server does with the command it is given.
  writeFileSync(
    ssh,
    `#!/bin/sh\n{ echo "$@"; env; } >>"${log}"\nfor last; do :; done\nexport PATH="$(${gitProgram} --exec-path):$PATH"\neval "$last"\n`,
  );
  chmodSync(ssh, 0o755);
  const asked: string[] = [];
  await using open = openRegistries({
    userConfig: "kept",
    environment: { PATH: process.env.PATH, GIT_SSH_COMMAND: ssh },
    tokenFor: (host) => {
      asked.push(host);
      return "ghs_0123456789";
    },
  });
  const url = `ssh://git@git.corp.example:2222${registry.directory}/.git`;
  const snapshot = await open.registries.open(addressOf(url), never);
  expect((await snapshot.read(["x"], never)).size).toBe(1);
  expect(asked).toEqual([]);
  const seen = readFileSync(log, "utf8");
  expect(seen).toContain("-p 2222 git@git.corp.example git-upload-pack");
  expect(seen).not.toMatch(/ghs_|Authorization|extraHeader/);
  rmSync(folder, { recursive: true, force: true });
});
