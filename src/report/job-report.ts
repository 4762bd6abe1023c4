import type { ErrorCode } from "../errors.ts";
import type { Conclusion } from "./conclusion.ts";
import type { JobFacts } from "./job-facts.ts";

/** What stopped the job or kept it from starting, for a person who wants to go on. */
export type Problem = {
  /** Its name, where nothing could be begun or a refusal ended it. */
  readonly code?: ErrorCode;
  /** What happened, as a sentence. It may quote a provider or a tool: untrusted. */
  readonly message: string;
  /** HTTP status of the provider, when it answered. */
  readonly statusCode?: number;
  /** What to do about it, in the runner's words. */
  readonly remedy: string;
};

export type ArtifactLink = {
  readonly id: number;
  readonly url: string;
  /** `sha256:<hex>` or bare hex. */
  readonly digest: string;
  /** What it holds: everything, or no prompts and no tool results. */
  readonly kind: "full" | "summary";
  /** Who may read it, where the repository's visibility is known. */
  readonly access?: "public" | "private";
};

/** Everything a comment and a job summary tell about a job. */
export type JobReport = {
  readonly conclusion: Conclusion;
  /** The Expert as the step names it. */
  readonly expert: string;
  /** The final answer, as the model wrote it: untrusted. */
  readonly answer?: string;
  /** Set for every conclusion but `success`, `planned` and `needs-input`. */
  readonly problem?: Problem;
  /** Missing when nothing ran. */
  readonly facts?: JobFacts;
  readonly artifact?: ArtifactLink;
  /** What was published besides the answer, in the runner's words, and how much was planned and is not. */
  readonly outputs?: { readonly published: readonly string[]; readonly withheld: number };
  /** What was left to another job to publish: the plan's artifact, its digest, and how many outputs besides the answer. */
  readonly plan?: { readonly id: number; readonly digest: string; readonly outputs: number };
  /** The journal's head, by which a stored job is recognised. */
  readonly head?: { readonly seq: number; readonly hash: string };
};
