import { median, ms, type Row } from "./measurement.ts";
import { bare, run, tool } from "./program.ts";
import { type Exchange, startProvider, text, toolCalls } from "./provider.ts";
import { makeWorkspace } from "./workspace.ts";

const rounds = 5;

/** Milliseconds that every model thinks, the Coordinator's too: what can be loaded meanwhile is loaded. */
const delayMs = 300;

/**
 * A Coordinator that asks all its delegates at once, each of which answers in 300 ms; and, in turn with it, a program
 * that only asks as often, by itself and through the AI SDK's provider.
 */
export const measureDelegates = async (): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for (const count of [4, 8, 16]) {
    const times = { tool: [] as number[], node: [] as number[], sdk: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      const floor = [bare("bare-delegates"), "", String(count)];
      times.node.push(await delegation(count, (url) => floor.with(1, url)));
      times.sdk.push(await delegation(count, (url) => [...floor.with(1, url), "sdk"]));
      times.tool.push(await delegation(count, () => [tool, "run", "coordinator", "go", "--json"]));
    }
    const floors = `${ms(median(times.node))}; ${ms(median(times.sdk))}`;
    rows.push([
      `${count} parallel delegates that answer in ${delayMs} ms each (a bare Node program that asks as often; the AI SDK alone)`,
      `${ms(median(times.tool))} (${floors})`,
      count === 16 ? "≤ 340 ms" : "",
    ]);
  }
  return rows;
};

/** Milliseconds from the Coordinator's answer to its next request. */
const delegation = async (count: number, args: (url: string) => readonly string[]): Promise<number> => {
  const names = Array.from({ length: count }, (_, index) => `d${index + 1}`);
  using workspace = makeWorkspace(experts(names));
  const calls = names.map((name) => ({ name, input: { query: `What does ${name} say?` } }));
  await using provider = await startProvider((index, request) => {
    if (!isCoordinator(request)) return { events: text(["So it is."]), delayMs };
    return { events: index === 0 ? toolCalls(calls) : text(["All asked."]), delayMs };
  });
  const at = { cwd: workspace.path, url: provider.url };
  const { exitCode, standardError } = await run(args(provider.url), at);
  const [asked, heard] = provider.exchanges.filter(isCoordinator);
  if (exitCode !== 0 || asked === undefined || heard === undefined) throw new Error(standardError);
  return heard.arrivedAt - asked.answeredAt;
};

const isCoordinator = ({ body }: Exchange): boolean => body.includes("You ask the others.");

const experts = (names: readonly string[]): string => `
[experts.coordinator]
version = "1.0.0"
instruction = "You ask the others."
delegates = [${names.map((name) => `"${name}"`).join(", ")}]
${names.map(delegate).join("")}`;

const delegate = (name: string): string => `
[experts.${name}]
version = "1.0.0"
description = "Knows what ${name} says."
instruction = "You answer."
`;
