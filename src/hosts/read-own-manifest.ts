import { renderFinding } from "../definition/finding.ts";
import type { Manifest } from "../definition/manifest.ts";
import { folderDefinitions } from "../edges/definitions/folder.ts";
import { readManifest } from "./read-manifest.ts";
import type { Terminal } from "./terminal.ts";

/** The manifest of the folder that a command stands in; an empty one where there is none, for what needs none. */
export const readOwnManifest = async (config: string, terminal: Terminal): Promise<Manifest> => {
  const { manifest, warnings } = await readManifest(folderDefinitions(terminal.cwd), config, {
    // Any name of elsewhere: none of them is missing in a manifest.
    expert: "@any/expert",
    missing: { where: terminal.cwd, remedy: "Create it, or name another with `--config <file>`." },
  });
  for (const warning of warnings) terminal.err(`${renderFinding(warning)}\n`);
  return manifest;
};
