import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ActionInputs } from "./action-inputs.ts";

/**
 * The files of a job's folder that go into its artifact.
 *
 * `summary` leaves out the journal and the blobs, in which prompts and tool results are.
 */
export const artifactFiles = (directory: string, kind: ActionInputs["artifact"]): readonly string[] => {
  const names = kind === "full" ? ["events.jsonl", "job.json", "answer.md"] : ["job.json", "answer.md"];
  const blobs = join(directory, "blobs");
  const kept =
    kind === "full" && existsSync(blobs)
      ? readdirSync(blobs)
          // A blob that a killed process was still writing has another name, and no event names it.
          .filter((name) => /^[0-9a-f]{64}$/.test(name))
          .map((name) => join(blobs, name))
      : [];
  return [...names.map((name) => join(directory, name)).filter((file) => existsSync(file)), ...kept];
};

/** The answer as a file beside the journal, for steps that come after this one. */
export const writeAnswer = (directory: string, answer: string): string => {
  const file = join(directory, "answer.md");
  writeFileSync(file, answer, { mode: 0o600 });
  return file;
};
