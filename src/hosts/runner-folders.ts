import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Environment } from "./secrets.ts";

/**
 * What a workflow's runner keeps for itself: its folder for what is temporary, all that it works in, other jobs'
 * checkouts among it, and, where that lies in its own folder, its registration. None outside a workflow.
 */
export const runnerFolders = ({ RUNNER_TEMP: temporary }: Environment): readonly string[] => {
  if (temporary === undefined || temporary === "") return [];
  const [work, above] = [dirname(temporary), dirname(dirname(temporary))];
  const isRunner = [".runner", ".credentials"].some((name) => existsSync(join(above, name)));
  return [temporary, ...(basename(temporary) === "_temp" ? [work] : []), ...(isRunner ? [above] : [])];
};
