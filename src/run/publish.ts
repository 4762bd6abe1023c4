import { ExpertStackError } from "../errors.ts";
import type { SanitizedText } from "../outputs/sanitize.ts";
import type { PublishableOutput } from "../outputs/sanitize-output.ts";
import type { Artifacts, Outputs, Reviews, StoredArtifact, Thread, ThreadPlace } from "./github-ports.ts";
import { publishReview } from "./publish-review.ts";

/** What is to be delivered once a job has ended. Each output is independent of the others. */
export type Deliverables = {
  readonly artifact?: {
    readonly name: string;
    readonly root: string;
    readonly files: readonly string[];
    readonly retentionDays?: number;
  };
  /** In this order, those that need a thread to the one that there is, or to the one that they name. */
  readonly outputs: readonly PublishableOutput[];
  readonly thread?: ThreadPlace;
  /** What a check is of. */
  readonly commit?: string;
  /** Written after what is above, since it names the artifact; a thread is closed after it. */
  readonly comment?: {
    /** The number of another thread than `thread`. */
    readonly target?: number;
    readonly marker: string;
    readonly mode: "sticky" | "new";
    /** Of one that was written already. */
    readonly id?: number;
    /** @param failures what could not be delivered so far */
    readonly body: (
      artifact: StoredArtifact | undefined,
      failures: Delivery["failures"],
    ) => Promise<SanitizedText>;
  };
};

export type Delivery = {
  readonly artifact?: StoredArtifact;
  readonly commentUrl?: string;
  /** What was published besides, in words of Markdown that hold nothing of an Expert's. */
  readonly published: readonly string[];
  /** What could not be delivered, and why. */
  readonly failures: readonly { readonly output: DeliveredOutput; readonly error: unknown }[];
};

/** `outputs` are several at once, `plan` is what is left to another job to publish. */
export type DeliveredOutput = "artifact" | "plan" | "comment" | "outputs" | PublishableOutput["kind"];

export type PublishPorts = {
  readonly artifacts: Artifacts;
  readonly thread: () => Promise<Pick<Thread, "putComment">>;
  readonly outputs: () => Promise<Outputs>;
  readonly reviews: () => Promise<Reviews>;
};

/**
 * The artifact first, so that paid work is safe before anything else can fail, then the outputs, then the comment.
 *
 * @param stop once aborted, nothing more is begun: a newer run may be about to write the same comment
 */
export const publish = async (
  deliverables: Deliverables,
  ports: PublishPorts,
  stop: AbortSignal,
): Promise<Delivery> => {
  const { thread, commit } = deliverables;
  const artifact = await attempt("artifact", deliverables.artifact, stop, (wanted) =>
    ports.artifacts.upload(wanted),
  );
  const isLast = ({ kind }: PublishableOutput): boolean => kind === "close";
  const { outputs } = deliverables;
  const first = await publishEach(
    outputs.filter((one) => !isLast(one)),
    { thread, commit, ports, stop },
  );
  const comment = await attempt(
    "comment",
    deliverables.comment,
    stop,
    async ({ body, target, ...wanted }) => {
      const { putComment } = await ports.thread();
      const place = await placeOf(target, thread, ports.outputs);
      const failures = [artifact, ...first].flatMap((tried) => tried.failures);
      const text = await body(artifact.value, failures);
      refuseStopped(stop);
      return await putComment({ ...wanted, thread: place, body: text });
    },
  );
  const last = await publishEach(outputs.filter(isLast), { thread, commit, ports, stop });
  return {
    ...(artifact.value === undefined ? {} : { artifact: artifact.value }),
    ...(comment.value === undefined ? {} : { commentUrl: comment.value.url }),
    published: [...first, ...last].flatMap(({ value }) => value ?? []),
    failures: [artifact, ...first, comment, ...last].flatMap(({ failures }) => failures),
  };
};

type Publishing = {
  readonly thread: ThreadPlace | undefined;
  readonly commit: string | undefined;
  readonly ports: PublishPorts;
  readonly stop: AbortSignal;
};

/** One after the other, and each whatever became of the others. */
const publishEach = async (
  outputs: readonly PublishableOutput[],
  { ports, stop, ...where }: Publishing,
): Promise<readonly Attempt<string>[]> => {
  const attempts: Attempt<string>[] = [];
  for (const output of outputs) {
    attempts.push(
      await attempt(output.kind, output, stop, async (wanted) => await done(wanted, where, ports)),
    );
  }
  return attempts;
};

const done = async (
  output: PublishableOutput,
  { thread, commit }: Pick<Publishing, "thread" | "commit">,
  ports: Pick<PublishPorts, "outputs" | "reviews">,
): Promise<string> => {
  if (output.kind === "review") return await publishReview(output, needed(thread), await ports.reviews());
  const { outputs: load } = ports;
  const port = await load();
  switch (output.kind) {
    case "labels":
      await port.addLabels(await placeOf(output.target, thread, load), output.labels);
      return `labels: ${output.labels.length}`;
    case "assign":
      await port.assign(await placeOf(output.target, thread, load), output.logins);
      return `assigned: ${output.logins.length}`;
    case "issue":
      return `issue: ${(await port.openIssue(output)).url}`;
    case "check":
      return `check: ${(await port.reportCheck({ ...output, commit: needed(commit) })).url}`;
    case "pull-request":
      return `pull request: ${(await port.openPullRequest(output)).url}`;
    case "push":
      return `pushed: ${(await port.push(output)).commit}`;
    case "close":
      await port.close(await placeOf(output.target, thread, load), output.reason);
      return "closed";
    default:
      return output satisfies never;
  }
};

/** Of a thread that is only named by its number GitHub says what it is. */
const placeOf = async (
  target: number | undefined,
  thread: ThreadPlace | undefined,
  load: PublishPorts["outputs"],
): Promise<ThreadPlace> =>
  target === undefined || target === thread?.number
    ? needed(thread)
    : await (await load()).threadPlace(target);

/** A plan holds nothing for a thread or a commit where there is none. */
const needed = <Place>(place: Place | undefined): Place => {
  if (place === undefined) throw new TypeError("an output for a place that there is not");
  return place;
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
  output: DeliveredOutput,
  wanted: Wanted | undefined,
  stop: AbortSignal,
  deliver: (wanted: Wanted) => Promise<Value>,
): Promise<Attempt<Value>> => {
  if (wanted === undefined) return { failures: [] };
  try {
    refuseStopped(stop);
    return { value: await deliver(wanted), failures: [] };
  } catch (error) {
    return { failures: [{ output, error }] };
  }
};
