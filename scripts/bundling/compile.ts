import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";

/** Where the compiler puts the entry, below the repository. */
export const compiledEntry = "build/js/index.js";

/** Programs that are started as files of their own. */
export const compiledPrograms = ["build/js/edges/sandbox/bridge.js"];

/** Type checks and compiles `src/` into `build/js/`; a type error ends the build. */
export const compile = (root: string): void => {
  rmSync(join(root, "build", "js"), { recursive: true, force: true });
  const tsc = join(root, "node_modules", ".bin", "tsc");
  const { status, error } = spawnSync(tsc, ["-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`tsc ended with ${status}: dist/ is left as it was`);
};
