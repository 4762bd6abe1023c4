import { join } from "node:path";
import { build } from "rolldown";
import { median, ms, type Row } from "./measurement.ts";
import { runWell, tool } from "./program.ts";
import { firstRequest } from "./start.ts";
import { makeWorkspace } from "./workspace.ts";

const rounds = 20;

/** Skills that are processes of their own: what they put before the first model request, with a lockfile and without. */
export const measureSkills = async (): Promise<readonly Row[]> => {
  using none = makeWorkspace(expert(0));
  const rows: Row[] = [];
  for (const [count, lock] of [
    [1, "locked"],
    [4, "locked"],
    [1, "unlocked"],
    [4, "unlocked"],
  ] as const) {
    using workspace = makeWorkspace(expert(count));
    await putServer(workspace.path);
    if (lock === "locked") {
      await runWell([tool, "lock"], { cwd: workspace.path, url: "http://127.0.0.1:9/v1" });
    }
    const { without, having } = await inTurn(none.path, workspace.path);
    const later = median(having.map((took, round) => took - (without[round] ?? 0)));
    const skills = `${count} stdio skill${count === 1 ? "" : "s"}`;
    rows.push([
      `process start → first model request, ${skills}, ${lock === "locked" ? "with `perstack.lock`" : "without a lockfile"} (with no skill; later, median of ${rounds} pairs)`,
      `${ms(median(having))} (${ms(median(without))}; ${ms(later)})`,
      lock === "locked" ? "no later than with no skill" : "",
    ]);
  }
  return rows;
};

/** Each first in every other pair, so that what one leaves running falls on both alike. */
const inTurn = async (none: string, some: string) => {
  const times = { without: [] as number[], having: [] as number[] };
  for (let round = -1; round < rounds; round++) {
    const order = round % 2 === 0 ? ([none, some] as const) : ([some, none] as const);
    for (const folder of order) {
      const took = await firstRequest(folder, () => [tool, "run", "bench", "go", "--json"]);
      // The first round warms the disk's cache and is not counted.
      if (round >= 0) times[folder === none ? "without" : "having"].push(took);
    }
  }
  return times;
};

const server = "skill-server.mjs";

/** In a sandbox a skill sees its workspace, so its server lies there, in one file. */
const putServer = async (workspace: string): Promise<void> => {
  await build({
    input: join(import.meta.dirname, "skill-server.ts"),
    platform: "node",
    output: { file: join(workspace, server) },
    logLevel: "silent",
  });
};

const expert = (count: number): string => `
[experts.bench]
version = "1.0.0"
instruction = "You have skills."
${Array.from({ length: count }, (_, index) => skill(`skill${index + 1}`)).join("")}`;

const skill = (name: string): string => `
[experts.bench.skills.${name}]
type = "mcpStdioSkill"
command = "node"
args = ["${server}", "${name}"]
`;
