import { readdirSync, rmdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { BaseTool } from "./base-tool.ts";
import { callArguments } from "./call-arguments.ts";
import { type Descriptor, openDescriptor } from "./descriptor.ts";
import { answer, toolFailed } from "./tool-outcome.ts";
import { kindOf, type Workspace } from "./workspace.ts";

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
    for (const pass of ["check", "delete"] as const) await walk({ workspace, signal, pass }, directory);
  }
  rmdirSync(slot.at);
  return answer({ path: slot.path });
};

type Walk = {
  readonly workspace: Workspace;
  readonly signal: AbortSignal;
  readonly pass: "check" | "delete";
};

const walk = async (context: Walk, directory: Descriptor): Promise<void> => {
  context.signal.throwIfAborted();
  // A large tree must not keep everything else waiting.
  await nextTurn();
  for (const entry of readdirSync(directory.through, { encoding: "buffer", withFileTypes: true })) {
    const location = join(directory.location, entry.name.toString());
    if (context.workspace.paths.isHidden(location)) {
      throw toolFailed(
        `It holds ${JSON.stringify(location.slice(context.workspace.paths.root.length + 1))}, which is not visible to Experts.`,
        "Delete the other parts one by one.",
      );
    }
    // Names stay bytes here, so that one that is not UTF-8 can be deleted too.
    const at = Buffer.concat([Buffer.from(`${directory.through}/`), entry.name]);
    if (entry.isDirectory()) {
      using child = openDescriptor(at, { links: "refuse" });
      if (child.stats.isDirectory()) await walk(context, child);
      if (context.pass === "delete") rmdirSync(at);
    } else if (context.pass === "delete") unlinkSync(at);
  }
};
