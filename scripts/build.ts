/** `npm run build`: makes `dist/`, the one bundle that is the action, its post step and the command line tool. */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { bundle } from "./bundling/bundle.ts";
import { compile, compiledEntry, compiledPrograms } from "./bundling/compile.ts";

const root = dirname(import.meta.dirname);
const out = join(root, "dist");
process.chdir(root);
compile(root);
const files = await bundle({ root, entry: compiledEntry, programs: compiledPrograms, out });
const bytes = files.reduce((sum, file) => sum + statSync(join(out, file)).size, 0);
console.log(`dist/: ${files.length} files, ${Math.round(bytes / 1024)} KB`);
