import type { PullRequestHead } from "./kinds/kind.ts";
import type { Marker } from "./marker.ts";
import type { ReviewDiff } from "./review/diff-place.ts";
import type { TextPolicy } from "./sanitize.ts";
import type { WorkspaceChange } from "./workspace-change.ts";

/** What is needed to make an output one that may go to GitHub. */
export type PublishingRules = {
  readonly text: TextPolicy;
  /** Takes every secret out of a text. */
  readonly redact: (text: string) => string;
  /** What the runner says of where it comes from, in Markdown. */
  readonly origin: string;
  /** The same as plain text, for a commit's message. */
  readonly trace: string;
  /** By what a later run knows it again; its Expert is the Coordinator. */
  readonly marker: Marker;
  /** What a review is of. */
  readonly diff?: ReviewDiff;
  /** What changed in the workspace, where the plan has an output that publishes it. */
  readonly change?: WorkspaceChange;
  readonly head?: PullRequestHead;
};
