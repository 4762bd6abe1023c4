import { readFileSync, statSync } from "node:fs";

/** Bytes of a manifest that is looked at for a guess. */
const guessedBytes = 1024 * 1024;

/**
 * A guess, before a manifest is read and checked, and in an action before the trusted one is known: whether it names a
 * server that this machine starts. Whoever wrote it has no more from it than the tiers tried sooner.
 */
export const mayStartProcesses = (manifest: string): boolean => {
  try {
    const found = statSync(manifest);
    return (
      found.isFile() && found.size <= guessedBytes && readFileSync(manifest, "utf8").includes("mcpStdioSkill")
    );
  } catch {
    // There is none, which is told by who reads it.
    return false;
  }
};
