/** What an Expert may read of the repository and its host beyond what the runner gave it. */
import type { Discussion } from "../request/discussion.ts";

/** What is at a path. `bytes` are missing for what is no file, and for a file that is too large to be shown. */
export type RepositoryContent =
  | { readonly type: "file"; readonly size: number; readonly bytes?: Uint8Array }
  | {
      readonly type: "folder";
      readonly entries: readonly { readonly name: string; readonly type: string; readonly size: number }[];
    }
  | { readonly type: "other"; readonly what: string };

export type CodeHits = {
  readonly total: number;
  /** False when the search took too long and there may be more. */
  readonly isComplete: boolean;
  readonly hits: readonly {
    /** `owner/name` */
    readonly repository: string;
    readonly path: string;
    readonly fragments: readonly string[];
  }[];
};

/** A job of a workflow run. */
export type RunJob = {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  /** `none` while it runs. */
  readonly conclusion: string;
  /** Names of the steps that did not succeed. */
  readonly failedSteps: readonly string[];
};

export type JobLogText = {
  readonly text: string;
  /** Whether the log goes on behind what was read. */
  readonly isCut: boolean;
};

/** Reads one repository and nothing else. Each answers nothing for what is not there. */
export type RepositoryReader = {
  /** @param ref a branch, a tag or a recorded commit */
  content(
    at: { readonly path: string; readonly ref: string },
    signal: AbortSignal,
  ): Promise<RepositoryContent | undefined>;
  /**
   * The newest comments of an issue or a pull request, at most `size`, and of a pull request its newest reviews and remarks.
   *
   * @param of `earlier` as an answer gave it: then comments alone, those before
   */
  discussion(
    of: { readonly number: number; readonly size: number; readonly earlier?: string },
    signal?: AbortSignal,
  ): Promise<Discussion | undefined>;
  /** @param query in the words of GitHub's code search */
  searchCode(of: { readonly query: string; readonly page: number }, signal: AbortSignal): Promise<CodeHits>;
  /** The jobs of a run's latest attempt, at most 100. */
  jobs(run: number, signal: AbortSignal): Promise<readonly RunJob[] | undefined>;
  jobLog(job: number, signal: AbortSignal): Promise<JobLogText | undefined>;
};
