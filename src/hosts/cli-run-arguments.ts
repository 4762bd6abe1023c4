import { parseArgs } from "node:util";
import { ExpertStackError } from "../errors.ts";
import { flagKey, rehearsalFlags, runFlags } from "./cli-run-flags.ts";

/** A `run` command, read but not yet understood. */
export type RunArguments = {
  readonly expert: string;
  readonly query: string | undefined;
  /** Values by `flagKey`. */
  readonly options: Readonly<Record<string, unknown>>;
};

/**
 * Reads the ordinary `run` command without loading a parser: it is on the way to the first request to a model.
 *
 * @returns nothing for everything else, mistakes included: the full parser explains those
 */
export const readRunArguments = (argv: readonly string[]): RunArguments | undefined => {
  const [command, ...args] = argv;
  if (command !== "run" || args.includes("--help") || args.includes("-h")) return undefined;
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
    const [expert, query, ...more] = positionals;
    if (expert === undefined || more.length > 0) return undefined;
    return { expert, query, options: byKey(values) };
  } catch {
    return undefined;
  }
};

const options = Object.fromEntries(
  runFlags
    .filter(({ many }) => many === undefined)
    .map(({ name, short, value }) => [
      name,
      {
        type: value === undefined ? "boolean" : "string",
        ...(short === undefined ? {} : { short }),
      } as const,
    ]),
);

const byKey = (values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [flagKey(name), value]));

/**
 * What would have no effect on a run is a mistake.
 *
 * @throws ExpertStackError INPUT_INVALID naming the option
 */
export const refuseRehearsal = (options: Readonly<Record<string, unknown>>): void => {
  const given = rehearsalFlags.find((name) => options[flagKey(name)] !== undefined);
  if (given === undefined) return;
  throw new ExpertStackError({
    code: "INPUT_INVALID",
    message: `\`--${given}\` is for the rehearsal of an event.`,
    remedy: "Leave it out, or name the event: `--event payload.json --dry-run`.",
  });
};
