import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { expect, onTestFinished, test } from "vitest";
import { ownHeaders } from "../../scripts/bundling/own-headers.ts";

const root = join(import.meta.dirname, "..", "..");

/** Uses the library where the global `Headers` is a trap. */
const program = `
import { withUserAgentSuffix } from "@ai-sdk/provider-utils";
Object.defineProperty(globalThis, "Headers", { get: () => { throw new Error("Node's own was loaded"); } });
console.log(JSON.stringify(withUserAgentSuffix({ A: "b", "User-Agent": "x" }, "y")));
`;

test("given the library in a bundle, when it makes the headers of a request, then Node's own are not touched", async () => {
  const folder = mkdtempSync(join(root, "node_modules", ".own-headers-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const input = join(folder, "entry.js");
  writeFileSync(input, program);
  const headers = join(root, "src", "edges", "model", "header-list.ts");
  const build = await rolldown({ cwd: folder, input, platform: "node", plugins: [ownHeaders(headers)] });
  const file = join(folder, "bundle.mjs");
  await build.write({ file, format: "esm", codeSplitting: false });
  await build.close();
  const said = execFileSync(process.execPath, [file], { encoding: "utf8" });
  expect(JSON.parse(said)).toEqual({ a: "b", "user-agent": "x y" });
});
