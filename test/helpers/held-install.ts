import { homedir, tmpdir } from "node:os";
import { afterAll } from "vitest";
import { openSandbox } from "../../src/edges/sandbox/open-sandbox.ts";
import type { PackageToolOptions } from "../../src/edges/skills/mcp/package-tool.ts";
import { starter } from "../../src/edges/skills/starter.ts";
import type { OpenedSandbox, ProxyAccess } from "../../src/run/sandbox-ports.ts";

/** Installs packages in the strongest sandbox of this machine, as a job does, and remembers whom they asked. */
export const heldInstall = (): {
  readonly startInstall: PackageToolOptions["startInstall"];
  readonly asked: ProxyAccess[];
} => {
  const asked: ProxyAccess[] = [];
  let opening: Promise<OpenedSandbox> | undefined;
  const open = async () => {
    opening ??= openSandbox({
      ...{ mode: "auto", network: "enforced", hidden: [], home: homedir(), temporary: tmpdir() },
      ...{ checkout: "/nonexistent", workspace: import.meta.dirname, searchPath: process.env.PATH ?? "" },
    });
    return (await opening).sandbox;
  };
  afterAll(async () => {
    await (await opening)?.sandbox[Symbol.asyncDispose]();
  });
  return {
    asked,
    startInstall: ({ writable, hosts }) =>
      starter(open, {
        workspace: { path: writable[0] ?? "", access: "write" },
        checkout: "hidden",
        readable: [],
        ...{ writable, hosts, addresses: "any" },
        onAccess: (access) => asked.push(access),
        warn: () => undefined,
      }),
  };
};
