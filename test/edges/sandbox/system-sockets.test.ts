import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { systemSockets } from "../../../src/edges/sandbox/system-sockets.ts";

test("sockets are known by their paths, but for those in folders that are shown", async () => {
  const root = mkdtempSync(join(tmpdir(), "sockets-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const folder of ["service", "work"]) mkdirSync(join(root, folder));
  for (const path of ["service/a.sock", "work/b.sock"]) {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, path), resolve));
    onTestFinished(() => void server.close());
  }
  const found = systemSockets([join(root, "work")]).filter((path) => path.startsWith(root));
  expect(found).toEqual([join(root, "service/a.sock")]);
});
