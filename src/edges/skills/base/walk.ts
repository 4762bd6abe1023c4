import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Descriptor, openDescriptor } from "./descriptor.ts";
import { toolFailed } from "./tool-outcome.ts";
import type { Workspace } from "./workspace.ts";

export type Walk = { readonly workspace: Workspace; readonly signal: AbortSignal };

type WalkEntry = { readonly at: Buffer; readonly isDirectory: boolean; readonly location: string };

/** What is in an opened directory. A large tree must not keep everything else waiting. */
export async function* entriesOf({ signal }: Walk, directory: Descriptor): AsyncGenerator<WalkEntry> {
  signal.throwIfAborted();
  await nextTurn();
  for (const entry of readdirSync(directory.through, { encoding: "buffer", withFileTypes: true })) {
    yield {
      // Names stay bytes here, so that one that is not UTF-8 can be worked on too.
      at: Buffer.concat([Buffer.from(`${directory.through}/`), entry.name]),
      isDirectory: entry.isDirectory(),
      location: join(directory.location, entry.name.toString()),
    };
  }
}

/**
 * Refuses a directory that holds something hidden at any depth. What is hidden, and what a sandbox mounts over it, goes by
 * its path: somewhere else it would be in the open, and its place free for a link to anywhere.
 *
 * @param remedy what the model can do instead
 * @throws ExpertStackError TOOL_FAILED
 */
export const refuseHolding = async (walk: Walk, directory: Descriptor, remedy: string): Promise<void> => {
  for await (const { at, isDirectory, location } of entriesOf(walk, directory)) {
    if (walk.workspace.paths.isHidden(location)) throw holding(walk, location, remedy);
    if (!isDirectory) continue;
    using child = openDescriptor(at, { links: "refuse" });
    if (child.stats.isDirectory()) await refuseHolding(walk, child, remedy);
  }
};

export const holding = ({ workspace }: Walk, location: string, remedy: string): Error =>
  toolFailed(
    `It holds ${JSON.stringify(location.slice(workspace.paths.root.length + 1))}, which is not visible to Experts.`,
    remedy,
  );
