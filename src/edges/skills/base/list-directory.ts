import { lstatSync, opendirSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../../job/message.ts";
import type { BaseTool } from "./base-tool.ts";
import { callArguments } from "./call-arguments.ts";
import { answer, toolFailed } from "./tool-outcome.ts";
import { type Entry, kindOf, type Workspace } from "./workspace.ts";

/**
 * Lists what is visible, sorted by name in code unit order so that it is the same everywhere. Answers
 * `{path, items: [{name, type, size?}]}`, sizes in bytes and for files only, with `note` when something is left out.
 */
export const listDirectory: BaseTool = (args, { workspace }) => {
  using directory = workspace.open(callArguments(args).text("path"));
  if (!directory.stats.isDirectory())
    throw toolFailed(`This is a ${kindOf(directory.stats)}, not a directory.`);
  const { names, isWhole } = visibleNames(workspace, directory);
  const shown = names.toSorted(byCodeUnit).slice(0, maxItems);
  const notes = [
    ...(names.length > maxItems ? [`Cut: ${isWhole ? "" : "more than "}${names.length} entries.`] : []),
    ...(shown.some((name) => name.includes("\uFFFD")) ? ["A name with \uFFFD may not be UTF-8."] : []),
  ];
  return answer({
    path: directory.path,
    items: shown.flatMap((name) => item(directory, name)),
    ...(notes.length === 0 ? {} : { note: notes.join(" ") }),
  });
};

const maxItems = 1_000;
const maxNames = 100_000;

const visibleNames = (
  workspace: Workspace,
  directory: Entry,
): { readonly names: readonly string[]; readonly isWhole: boolean } => {
  const names: string[] = [];
  const open = opendirSync(directory.through, { bufferSize: 1_024 });
  try {
    for (let found = open.readSync(); found !== null; found = open.readSync()) {
      if (names.length === maxNames) return { names, isWhole: false };
      if (!workspace.paths.isHidden(join(directory.location, found.name))) names.push(found.name);
    }
    return { names, isWhole: true };
  } finally {
    open.closeSync();
  }
};

/** Nothing when it is gone by now. */
const item = (directory: Entry, name: string): readonly JsonObject[] => {
  const stats = lstatSync(`${directory.through}/${name}`, { throwIfNoEntry: false });
  // A name that is not UTF-8 cannot be asked for again by what is left of it.
  if (stats === undefined) return name.includes("\uFFFD") ? [{ name, type: "unknown" }] : [];
  return [{ name, type: kindOf(stats), ...(stats.isFile() ? { size: stats.size } : {}) }];
};

const byCodeUnit = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
