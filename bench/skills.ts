import { join } from "node:path";
import { median, ms, type Row } from "./measurement.ts";
import { runWell, tool } from "./program.ts";
import { firstRequest } from "./start.ts";
import { makeWorkspace } from "./workspace.ts";

const rounds = 7;

/** Skills that are processes of their own: what they put before the first model request, with a lockfile and without. */
export const measureSkills = async (): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for (const count of [0, 1, 4]) {
    rows.push([what(count, "without a lockfile"), ms(await start(count, "unlocked")), ""]);
    if (count === 0) continue;
    const locked = ms(await start(count, "locked"));
    rows.push([what(count, "with `perstack.lock`"), locked, "no later than with no skill"]);
  }
  return rows;
};

const what = (count: number, how: string): string =>
  `process start → first model request, ${count} stdio skill${count === 1 ? "" : "s"}, ${how}`;

const start = async (count: number, lock: "locked" | "unlocked"): Promise<number> => {
  using workspace = makeWorkspace(expert(count));
  if (lock === "locked") {
    await runWell([tool, "lock"], { cwd: workspace.path, url: "http://127.0.0.1:9/v1" });
  }
  const times: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const took = await firstRequest(workspace.path, () => [tool, "run", "bench", "go", "--json"]);
    // The first round warms the disk's cache and is not counted.
    if (round >= 0) times.push(took);
  }
  return median(times);
};

const server = join(import.meta.dirname, "skill-server.ts");

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
