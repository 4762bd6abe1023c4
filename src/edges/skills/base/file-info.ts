import { readlinkSync } from "node:fs";
import type { JsonObject } from "../../../job/message.ts";
import type { BaseTool } from "./base-tool.ts";
import { callArguments } from "./call-arguments.ts";
import { answer, systemCode } from "./tool-outcome.ts";
import { kindOf, type Workspace } from "./workspace.ts";

/**
 * Answers `{exists, path, type, size, modified, permissions}`, of a link's target when the path is a link, with
 * `symlink` as the link's own text; `{exists: false, path}` when there is nothing.
 */
export const getFileInfo: BaseTool = (args, { workspace }) => {
  const path = callArguments(args).text("path");
  try {
    using entry = workspace.open(path);
    return answer({
      exists: true,
      path: entry.path,
      type: kindOf(entry.stats),
      size: entry.stats.size,
      modified: entry.stats.mtime.toISOString(),
      permissions: (entry.stats.mode & 0o777).toString(8).padStart(3, "0"),
      ...linkText(workspace, path),
    });
  } catch (error) {
    if (systemCode(error) !== "ENOENT" && systemCode(error) !== "ENOTDIR") throw error;
    return answer({ exists: false, path: workspace.paths.toRelative(path) });
  }
};

const linkText = (workspace: Workspace, path: string): JsonObject => {
  if (workspace.paths.toRelative(path) === "") return {};
  using slot = workspace.openSlot(path, "existing");
  return slot.stats()?.isSymbolicLink() === true ? { symlink: readlinkSync(slot.at) } : {};
};
