import { rmdirSync, unlinkSync } from "node:fs";
import type { BaseTool } from "./base-tool.ts";
import { callArguments } from "./call-arguments.ts";
import { type Descriptor, openDescriptor } from "./descriptor.ts";
import { answer, toolFailed } from "./tool-outcome.ts";
import { entriesOf, holding, refuseHolding, type Walk } from "./walk.ts";
import { kindOf } from "./workspace.ts";

/**
 * Deletes a directory, with `recursive` also what is in it, never following a link. One that holds something hidden
 * is refused before anything is deleted. Answers `{path}`.
 */
export const deleteDirectory: BaseTool = async (args, { workspace, signal }) => {
  const given = callArguments(args);
  using slot = workspace.openSlot(given.text("path"), "existing");
  if (given.flag("recursive", false)) {
    using directory = slot.open();
    if (!directory.stats.isDirectory())
      throw toolFailed(`This is a ${kindOf(directory.stats)}.`, "Use deleteFile.");
    await refuseHolding({ workspace, signal }, directory, "Delete the other parts one by one.");
    await remove({ workspace, signal }, directory);
  }
  rmdirSync(slot.at);
  return answer({ path: slot.path });
};

const remove = async (context: Walk, directory: Descriptor): Promise<void> => {
  for await (const { at, isDirectory, location } of entriesOf(context, directory)) {
    // Made since it was looked for.
    if (context.workspace.paths.isHidden(location)) throw holding(context, location, "Delete it last.");
    if (isDirectory) {
      using child = openDescriptor(at, { links: "refuse" });
      if (child.stats.isDirectory()) await remove(context, child);
      rmdirSync(at);
    } else unlinkSync(at);
  }
};
