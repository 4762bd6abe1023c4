import { ExpertStackError } from "../errors.ts";
import type { Environment } from "./secrets.ts";
import { version } from "./version.ts";

/** What a command may touch of the process it runs in. */
export type Terminal = {
  readonly environment: Environment;
  /** Takes variables out of the process's own environment; `environment` keeps them. */
  hide(variables: readonly string[]): void;
  readonly cwd: string;
  readonly stdoutIsTerminal: boolean;
  /** Whether standard error can rewrite a line: a terminal, and not a dumb one. */
  readonly stderrIsTerminal: boolean;
  /** Width of standard error's terminal in columns. */
  readonly columns: number;
  out(text: string): void;
  err(text: string): void;
  /** Aborts with the signal's name as reason when the process is told to stop. */
  readonly stop: AbortSignal;
};

/** For what is designed and not built: it says so instead of doing something else. */
export const notYet = (what: string): ExpertStackError =>
  new ExpertStackError({
    code: "FEATURE_NOT_AVAILABLE",
    message: `${what} is not available in version ${version}.`,
    remedy: "The CHANGELOG says what each release brings.",
  });
