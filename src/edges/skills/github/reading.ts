import type { JsonObject } from "../../../job/message.ts";
import type { Role } from "../../../request/role.ts";
import type { Actor } from "../../../request/trigger.ts";
import type { Comparison } from "../../../run/github-ports.ts";
import type { RepositoryReader } from "../../../run/reader-ports.ts";

/** What the tools of the GitHub skill read, and from where. */
export type GitHubReading = {
  readonly reader: () => Promise<RepositoryReader>;
  /** `owner/name` */
  readonly repository: string;
  /** Recorded commits: a pull request's two sides, and the one whose definitions run. */
  readonly commits: { readonly head?: string; readonly base?: string; readonly trusted: string };
  /** What the recorded head changed of the recorded base. */
  readonly comparison?: Comparison;
  /** The workflow run whose end was the trigger. */
  readonly run?: number;
  /** When the trigger came about, ISO 8601: nothing written later is shown. */
  readonly before: string;
  readonly untrustedContext: "mark" | "drop";
  readonly standing: (author: Actor) => Promise<{ readonly role: Role; readonly trusted: boolean }>;
};

/** A tool's work. @throws ExpertStackError for what there is not, or what GitHub does not show */
export type ReadTool = (reading: GitHubReading, args: JsonObject, signal: AbortSignal) => Promise<JsonObject>;
