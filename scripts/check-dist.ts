/** `npm run check-dist`: fails when the tracked `dist/` is not, to the byte, what the sources build. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { bundle } from "./bundling/bundle.ts";
import { compile, compiledEntry, compiledPrograms } from "./bundling/compile.ts";
import { drift } from "./bundling/drift.ts";

const root = dirname(import.meta.dirname);
process.chdir(root);
const built = mkdtempSync(join(tmpdir(), "expert-stack-dist-"));
try {
  compile(root);
  await bundle({ root, entry: compiledEntry, programs: compiledPrograms, out: built });
  const found = drift({ root, tracked: "dist", built });
  for (const { file, reason } of found) console.error(`${file}: ${reason}`);
  if (found.length > 0) {
    console.error("dist/ is not what src/ builds: run `npm run build` and commit (or stage) dist/.");
    process.exitCode = 1;
  } else {
    console.log("dist/ is what src/ builds");
  }
} finally {
  rmSync(built, { recursive: true, force: true });
}
