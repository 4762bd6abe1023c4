import { type ErrorCode, ExpertStackError } from "../../src/errors.ts";

/** The code of what was thrown, or nothing where nothing was. @throws whatever is no error of ours */
export const codeOf = (attempt: () => unknown): ErrorCode | undefined => errorOf(attempt)?.code;

export const errorOf = (attempt: () => unknown): ExpertStackError | undefined => {
  try {
    attempt();
    return undefined;
  } catch (error) {
    if (error instanceof ExpertStackError) return error;
    throw error;
  }
};
