import { ExpertStackError } from "../errors.ts";

/** The most a manifest or an instruction file may hold, in bytes, wherever it is read from. */
export const largestDefinition = 1_048_576;

export const noDefinition = (path: string): ExpertStackError =>
  new ExpertStackError({
    code: "MANIFEST_INVALID",
    message: `${path} is not a file of at most 1 MiB.`,
    remedy: "Name a text file.",
  });
