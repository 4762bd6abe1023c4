import { z } from "zod";

/** One line of act's log: what a step printed, a workflow command that act obeyed, or a word of act's own. */
export const ActLine = z.object({
  level: z.string(),
  msg: z.string(),
  /** `Main` or `Post`, of a step. */
  stage: z.string().default(""),
  stepID: z.array(z.string()).default([]),
  /** On the line that ends a step's stage. */
  stepResult: z.string().optional(),
  jobResult: z.string().optional(),
  /** Set when act took the line for a command, or found one in the step's files. */
  command: z.string().optional(),
  arg: z.string().default(""),
  kvPairs: z.record(z.string(), z.string()).default({}),
  /** The line that a command was read from; missing for what came from a file. */
  raw: z.string().optional(),
  /** Of the command `summary`: the step's part of the job summary. */
  content: z.string().default(""),
  /** Whether a step printed it and it is no command. */
  raw_output: z.boolean().default(false),
});
export type ActLine = z.infer<typeof ActLine>;

/** Reads what `act --json` prints; its few lines that are no JSON are left out. */
export const parseActLog = (text: string): readonly ActLine[] =>
  text.split("\n").flatMap((line) => (line.startsWith("{") ? [ActLine.parse(JSON.parse(line))] : []));

export type Stage = { readonly step: string; readonly stage: "Main" | "Post" };

const linesOf = (lines: readonly ActLine[], { step, stage }: Stage): readonly ActLine[] =>
  lines.filter((line) => line.stage === stage && line.stepID[0] === step);

/** `success` or `failure`; nothing when act never came to it or skipped it in silence. */
export const stageResult = (lines: readonly ActLine[], stage: Stage): string | undefined =>
  linesOf(lines, stage).find((line) => line.stepResult !== undefined)?.stepResult;

export const jobResult = (lines: readonly ActLine[]): string | undefined =>
  lines.find((line) => line.jobResult !== undefined)?.jobResult;

/** What the stage printed, without the commands. */
export const printed = (lines: readonly ActLine[], stage: Stage): string =>
  linesOf(lines, stage)
    .flatMap((line) => (line.raw_output ? [line.msg] : []))
    .join("");

/** The lines of the stage's output that act took for commands. */
export const printedCommands = (lines: readonly ActLine[], stage: Stage): readonly ActLine[] =>
  linesOf(lines, stage).filter((line) => line.raw !== undefined);

/** What the stage wrote into the job summary. */
export const summaryOf = (lines: readonly ActLine[], stage: Stage): string =>
  linesOf(lines, stage)
    .flatMap((line) => (line.command === "summary" ? [line.content] : []))
    .join("");
