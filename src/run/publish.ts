import { ExpertStackError } from "../errors.ts";
import type { SanitizedText } from "../outputs/sanitize.ts";
import type { Artifacts, StoredArtifact, Thread } from "./github-ports.ts";

/** What is to be delivered once a job has ended. Each output is independent of the others. */
export type Deliverables = {
  readonly artifact?: {
    readonly name: string;
    readonly root: string;
    readonly files: readonly string[];
    readonly retentionDays?: number;
  };
  /** Written after the upload, since its footer names the artifact. */
  readonly comment?: {
    readonly thread: { readonly kind: "issue" | "pullRequest"; readonly number: number };
    readonly marker: string;
    readonly mode: "sticky" | "new";
    readonly body: (artifact: StoredArtifact | undefined) => SanitizedText;
  };
};

export type Delivery = {
  readonly artifact?: StoredArtifact;
  readonly commentUrl?: string;
  /** What could not be delivered, and why. */
  readonly failures: readonly { readonly output: "artifact" | "comment"; readonly error: unknown }[];
};

/**
 * The artifact first, so that paid work is safe before anything else can fail, then the comment.
 *
 * @param stop once aborted, nothing more is begun: a newer run may be about to write the same comment
 */
export const publish = async (
  deliverables: Deliverables,
  ports: { readonly artifacts: Artifacts; readonly thread: () => Promise<Thread> },
  stop: AbortSignal,
): Promise<Delivery> => {
  const artifact = await attempt("artifact", deliverables.artifact, (wanted) => {
    refuseStopped(stop);
    return ports.artifacts.upload(wanted);
  });
  const comment = await attempt("comment", deliverables.comment, async ({ body, ...wanted }) => {
    const thread = await ports.thread();
    refuseStopped(stop);
    return await thread.putComment({ ...wanted, body: body(artifact.value) });
  });
  return {
    ...(artifact.value === undefined ? {} : { artifact: artifact.value }),
    ...(comment.value === undefined ? {} : { commentUrl: comment.value.url }),
    failures: [...artifact.failures, ...comment.failures],
  };
};

const refuseStopped = (stop: AbortSignal): void => {
  if (!stop.aborted) return;
  throw new ExpertStackError({
    code: "STEP_CANCELLED",
    message: `the step was cancelled by ${String(stop.reason)} before this could be done.`,
    remedy: "Run the job again.",
  });
};

type Attempt<Value> = { readonly value?: Value; readonly failures: Delivery["failures"] };

const attempt = async <Wanted, Value>(
  output: "artifact" | "comment",
  wanted: Wanted | undefined,
  deliver: (wanted: Wanted) => Promise<Value>,
): Promise<Attempt<Value>> => {
  if (wanted === undefined) return { failures: [] };
  try {
    return { value: await deliver(wanted), failures: [] };
  } catch (error) {
    return { failures: [{ output, error }] };
  }
};
