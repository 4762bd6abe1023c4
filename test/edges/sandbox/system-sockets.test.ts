import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { systemSockets } from "../../../src/edges/sandbox/system-sockets.ts";

test("the folder of a service's socket is hidden; the socket alone where the folder holds what is shown", async () => {
  const root = mkdtempSync(join(tmpdir(), "sockets-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const folder of ["service", "mixed/work", "work"]) mkdirSync(join(root, folder), { recursive: true });
  for (const path of ["service/a.sock", "service/b.sock", "mixed/c.sock", "work/d.sock"]) {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, path), resolve));
    onTestFinished(() => void server.close());
  }
  const shown = [join(root, "mixed/work"), join(root, "work")];
  const hidden = systemSockets(shown).filter((path) => path.startsWith(root));
  expect(hidden.sort()).toEqual([join(root, "mixed/c.sock"), join(root, "service")]);
});
