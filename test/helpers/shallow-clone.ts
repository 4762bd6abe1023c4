import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GitRepository } from "./git-repository.ts";

/** A checkout as `actions/checkout` makes it: the last commit of one branch and nothing else. */
export const shallowClone = (
  repository: GitRepository,
  branch: string,
): Disposable & { readonly directory: string } => {
  const directory = mkdtempSync(join(tmpdir(), "expert-stack-clone-"));
  const source = `file://${repository.directory}`;
  repository.git("clone", "--quiet", "--depth=1", "--single-branch", "--branch", branch, source, directory);
  return { directory, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
};
