import { mkdirSync, renameSync, unlinkSync } from "node:fs";
import type { BaseTool } from "./base-tool.ts";
import { callArguments } from "./call-arguments.ts";
import { answer, toolFailed } from "./tool-outcome.ts";
import { refuseHolding } from "./walk.ts";

/** Creates a directory and its parents. Answers `{path, created}`; one that exists already is fine. */
export const createDirectory: BaseTool = (args, { workspace }) => {
  using slot = workspace.openSlot(callArguments(args).text("path"), "create");
  const stats = slot.stats();
  if (stats?.isDirectory() === true) return answer({ path: slot.path, created: false });
  mkdirSync(slot.at);
  return answer({ path: slot.path, created: true });
};

/** Removes a name that is no directory; of a link the link itself. Answers `{path}`. */
export const deleteFile: BaseTool = (args, { workspace }) => {
  using slot = workspace.openSlot(callArguments(args).text("path"), "existing");
  if (slot.stats()?.isDirectory() === true) throw toolFailed("This is a directory.", "Use deleteDirectory.");
  unlinkSync(slot.at);
  return answer({ path: slot.path });
};

/** Moves a file, directory or link, as it is, to a free name. Answers `{source, destination}`. */
export const moveFile: BaseTool = async (args, { workspace, signal }) => {
  const given = callArguments(args);
  using source = workspace.openSlot(given.text("source"), "existing");
  const stats = source.stats();
  if (stats === undefined) throw toolFailed("The source does not exist.");
  if (stats.isDirectory()) {
    using directory = source.open();
    await refuseHolding({ workspace, signal }, directory, "Move what you need of it.");
  }
  using destination = workspace.openSlot(given.text("destination"), "create");
  if (destination.stats() !== undefined) {
    throw toolFailed("The destination exists already.", "Delete it first or choose another name.");
  }
  renameSync(source.at, destination.at);
  return answer({ source: source.path, destination: destination.path });
};
