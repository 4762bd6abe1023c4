import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";

/**
 * Whether tests that install from the npm registry can run. Where they cannot they are skipped with the reason
 * printed; in CI they run and fail.
 */
export const registryIsReachable = (): boolean => {
  const ping = spawnSync("npm", ["ping"], { cwd: tmpdir(), encoding: "utf8", timeout: 30_000 });
  if (ping.status === 0 || process.env.CI !== undefined) return true;
  console.warn(`Skipped: the npm registry cannot be reached.\n${ping.error ?? ping.stderr}`);
  return false;
};
