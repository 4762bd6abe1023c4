import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { expect, onTestFinished, test } from "vitest";
import { withoutNodeFetch } from "../../scripts/bundling/without-node-fetch.ts";

const root = join(import.meta.dirname, "..", "..");

/** Uses the libraries where the globals of Node's `fetch` are traps. */
const program = `
import { createPipelineRequest, formDataPolicy } from "@azure/core-rest-pipeline";
import { withUserAgentSuffix } from "@ai-sdk/provider-utils";
for (const name of ["Headers", "FormData"]) {
  Object.defineProperty(globalThis, name, { get: () => { throw new Error(name + " of Node was loaded"); } });
}
const request = createPipelineRequest({ url: "https://example.com", method: "PUT", body: "bytes" });
const headers = withUserAgentSuffix({ A: "b", "User-Agent": "x" }, "y");
const body = await formDataPolicy().sendRequest(request, async (sent) => sent.body);
console.log(JSON.stringify({ headers, body }));
`;

test("given the libraries in a bundle, when they send, then Node's own client is not loaded", async () => {
  const folder = mkdtempSync(join(root, "node_modules", ".without-node-fetch-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const input = join(folder, "entry.js");
  writeFileSync(input, program);
  const headers = join(root, "src", "edges", "model", "header-list.ts");
  const plugins = [...withoutNodeFetch(headers)];
  const build = await rolldown({ cwd: folder, input, platform: "node", plugins });
  const file = join(folder, "bundle.mjs");
  await build.write({ file, format: "esm", codeSplitting: false });
  await build.close();
  const said = execFileSync(process.execPath, [file], { encoding: "utf8" });
  expect(JSON.parse(said)).toEqual({ headers: { a: "b", "user-agent": "x y" }, body: "bytes" });
});
