import { renderFinding } from "../definition/finding.ts";
import { parseManifest } from "../definition/manifest.ts";
import { folderDefinitions } from "../edges/definitions/folder.ts";
import { ExpertStackError } from "../errors.ts";
import { registryBook } from "../registry/registry-book.ts";
import { visible } from "../report/visible.ts";
import { manifestNotFound } from "./read-manifest.ts";
import { runWarnings } from "./run-warnings.ts";
import type { Terminal } from "./terminal.ts";

/** `expert-stack validate [file]`: every finding on standard output; 0 when only warnings are among them, else 2. */
export const validateCommand = async (file: string, terminal: Terminal): Promise<number> => {
  const text = await folderDefinitions(terminal.cwd).read(file);
  if (text === undefined) {
    throw manifestNotFound(file, {
      where: terminal.cwd,
      remedy: "Create it, or name another: `expert-stack validate <file>`.",
    });
  }
  if (/\.ya?ml$/.test(file)) {
    throw new ExpertStackError({
      code: "INPUT_INVALID",
      message: `${file} is no manifest, which is TOML.`,
      remedy: "Check a workflow by `expert-stack validate --workflows <file>`.",
    });
  }
  const parsed = parseManifest({ text, file });
  for (const finding of parsed.findings) terminal.out(`${renderFinding(finding)}\n`);
  if (parsed.type === "invalid") return 2;
  // One name for two Experts is refused by `run` and `lock`, too.
  registryBook(parsed.manifest);
  for (const warning of runWarnings(parsed.manifest)) terminal.out(`warning: ${visible(warning)}\n`);
  const count = parsed.manifest.experts.size;
  terminal.out(`${file}: valid, ${count} ${count === 1 ? "Expert" : "Experts"}.\n`);
  return 0;
};
