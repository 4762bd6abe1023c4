import { info, warning } from "@actions/core";
import { type KeysByLine, keysByLine } from "../edges/detectors/keys-by-line.ts";

/** The step's log, whose lines may hold what a model, a tool or a repository says. */
export type StepLog = {
  readonly info: (line: string) => void;
  /** Shown as an annotation, too. */
  readonly warning: (line: string) => void;
  /** From now on lines are printed. */
  readonly open: () => void;
  /** Prints what is left. */
  readonly flush: () => Promise<void>;
};

type Line = { readonly level: "info" | "warning"; readonly text: string };

/**
 * A log without what looks like anybody's secret: that of a public repository is public. Lines wait for the rules that
 * find it, whose code must not delay the first request: they are loaded when the log is opened.
 */
export const stepLog = (): StepLog => {
  const lines: Line[] = [];
  const keys = keysByLine();
  let isOpen = false;
  let printing = Promise.resolve();
  const print = (): void => {
    if (isOpen) printing = printing.then(() => printAll(lines.splice(0), keys)).catch(tellUnprinted);
  };
  const add = (level: Line["level"], text: string): void => {
    lines.push({ level, text });
    // Those of one turn of the event loop are looked through together.
    if (isOpen && lines.length === 1) setImmediate(print);
  };
  const open = (): void => {
    isOpen = true;
    print();
  };
  return {
    info: (text) => add("info", text),
    warning: (text) => add("warning", text),
    open,
    async flush() {
      open();
      await printing;
    },
  };
};

/** What cannot be looked through is not printed. It is in the job's record all the same. */
const tellUnprinted = (error: unknown): void => {
  const reason = error instanceof Error ? error.message : String(error);
  warning(`Lines were left out of this log: they could not be searched for secrets (${reason}).`);
};

const printAll = async (lines: readonly Line[], keys: KeysByLine): Promise<void> => {
  if (lines.length === 0) return;
  const { withoutDetected } = await import("../edges/detectors/detect-secrets.ts");
  const known = lines.map((line) => withoutKeyLine(line, keys));
  const kinds = new Set<string>(known.some((line, at) => line !== lines[at]) ? ["privatekey"] : []);
  for (const { level, text } of merged(known)) {
    const { text: kept, rules } = await withoutDetected(text);
    for (const rule of rules) kinds.add(rule);
    if (level === "warning") warning(kept);
    else for (const line of kept.split("\n")) info(line);
  }
  if (kinds.size > 0) {
    warning(`What looks like a secret was left out of this log: ${[...kinds].sort().join(", ")}.`);
  }
};

/** Whose words these are stands before them, with the number of a call or of a step. */
const withoutKeyLine = (line: Line, keys: KeysByLine): Line => {
  const whose = /^.{0,200}?: /.exec(line.text)?.[0] ?? "";
  const said = { source: whose.replace(/\d+/g, "0"), text: line.text.slice(whose.length) };
  return keys.goesOn(said) ? { ...line, text: `${whose}***` } : line;
};

/** Neighbouring lines as one text: a key may go over several. */
const merged = (lines: readonly Line[]): readonly Line[] => {
  const all: Line[] = [];
  for (const line of lines) {
    const last = all.at(-1);
    if (line.level === "info" && last?.level === "info") {
      all[all.length - 1] = { level: "info", text: `${last.text}\n${line.text}` };
    } else all.push(line);
  }
  return all;
};
