import { closeSync, constants, fstatSync, openSync, writeFileSync } from "node:fs";
import type { BaseTool } from "./base-tool.ts";
import { callArguments } from "./call-arguments.ts";
import { answer, toolFailed } from "./tool-outcome.ts";
import { openWritable, replaceContent } from "./writable-file.ts";

/** Creates or replaces a file, all at once. Answers `{path, bytes}`. */
export const writeTextFile: BaseTool = (args, { workspace }) => {
  const given = callArguments(args);
  const data = Buffer.from(given.text("text"), "utf8");
  using slot = workspace.openSlot(given.text("path"), "create");
  using replaced = openWritable(slot);
  replaceContent(slot, data, replaced);
  return answer({ path: slot.path, bytes: data.length });
};

/** Appends to a file that exists. Answers `{path, bytes}`, the size it has then. */
export const appendTextFile: BaseTool = (args, { workspace }) => {
  const given = callArguments(args);
  using slot = workspace.openSlot(given.text("path"), "existing");
  using file = openWritable(slot);
  if (file === undefined) throw toolFailed("There is no such file.", "Create it with writeTextFile.");
  const fd = openSync(file.through, constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK);
  try {
    writeFileSync(fd, given.text("text"), "utf8");
    return answer({ path: slot.path, bytes: fstatSync(fd).size });
  } finally {
    closeSync(fd);
  }
};
