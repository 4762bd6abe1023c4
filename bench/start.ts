import { median, ms, type Row, ratio } from "./measurement.ts";
import { run, tool } from "./program.ts";
import { startProvider, text } from "./provider.ts";
import { makeWorkspace } from "./workspace.ts";

const pairs = 21;

/** From starting a process to its first request, for the tool and for the least that sends one, in turn. */
export const measureStart = async (): Promise<readonly Row[]> => {
  using workspace = makeWorkspace();
  const floor: number[] = [];
  const ours: number[] = [];
  for (let pair = -1; pair < pairs; pair++) {
    const bare = await firstRequest(workspace.path, (url) => [
      "-e",
      `fetch("${url}", { method: "POST", body: "{}" })`,
    ]);
    const tools = await firstRequest(workspace.path, () => [tool, "run", "bench", "go", "--json"]);
    // The first pair warms the disk's cache and is not counted.
    if (pair < 0) continue;
    floor.push(bare);
    ours.push(tools);
  }
  return [
    ["process start → first model request, bare Node doing one `fetch` (floor)", ms(median(floor)), ""],
    ["process start → first model request, `expert-stack run`", ms(median(ours)), ""],
    [`ratio of the two, median of ${pairs} pairs`, ratio(ours, floor), "≤ 1.7×"],
  ];
};

/**
 * Milliseconds from the start of a process to the arrival of its first request.
 *
 * @param cache instead of the user's own
 */
export const firstRequest = async (
  cwd: string,
  args: (url: string) => readonly string[],
  cache?: string,
): Promise<number> => {
  await using provider = await startProvider(() => ({ events: text(["Done."]) }));
  const startedAt = performance.now();
  const { standardError } = await run(args(provider.url), { cwd, url: provider.url, cache });
  const [first] = provider.exchanges;
  if (first === undefined) throw new Error(`no request came\n${standardError}`);
  return first.arrivedAt - startedAt;
};
