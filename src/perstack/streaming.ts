import type { JournalEntry } from "../job/event.ts";
import type { JobState } from "../job/state.ts";
import type { PerstackRunEvent, StreamingBody } from "./event.ts";

/** A piece of an answer while it streams. */
export type StreamedDelta = {
  readonly type: "thinking" | "text";
  readonly text: string;
  readonly runId: string;
  readonly step: number;
};

/** What of a Run's answer is streaming just now. */
type Stream = StreamedDelta;

export type Streaming = {
  delta(state: JobState, delta: StreamedDelta, at: number): readonly PerstackRunEvent[];
  /** Ends what was streaming when the journal says how the answer came out. */
  entry(state: JobState, entry: JournalEntry): readonly PerstackRunEvent[];
};

/** Streaming events count from the newest journal entry: `<job>:<seq>:d<n>`. */
export const createStreaming = (): Streaming => {
  const streams = new Map<string, Stream>();
  let seq = 0;
  let count = 0;
  const stamp =
    (state: JobState, stream: Stream, at: number) =>
    (body: StreamingBody): PerstackRunEvent => {
      const { runId, step: stepNumber } = stream;
      const jobId = state.started?.jobId ?? "";
      const expertKey = state.runs.get(runId)?.expert ?? "";
      return {
        id: `${jobId}:${seq}:d${count++}`,
        timestamp: at,
        jobId,
        runId,
        expertKey,
        stepNumber,
        ...body,
      };
    };
  return {
    delta(state, delta, at) {
      const { bodies, stream } = streamDelta(streams.get(delta.runId), delta);
      streams.set(delta.runId, stream);
      return bodies.map(stamp(state, delta, at));
    },
    entry(state, { seq: entrySeq, event, at }) {
      const runId = endsAnswer(event);
      const stream = runId === undefined ? undefined : streams.get(runId);
      const events = stream === undefined ? [] : [endStream(stream)].map(stamp(state, stream, at));
      if (runId !== undefined) streams.delete(runId);
      seq = entrySeq;
      count = 0;
      return events;
    },
  };
};

const endsAnswer = (event: JournalEntry["event"]): string | undefined => {
  switch (event.type) {
    case "generationFinished":
    case "generationFailed":
    case "runFinished":
      return event.runId;
    default:
      return undefined;
  }
};

/** A piece of another kind, or of another answer, ends the one before. */
const streamDelta = (
  stream: Stream | undefined,
  delta: StreamedDelta,
): { readonly bodies: readonly StreamingBody[]; readonly stream: Stream } => {
  const isThinking = delta.type === "thinking";
  const piece: StreamingBody = {
    type: isThinking ? "streamReasoning" : "streamRunResult",
    delta: delta.text,
  };
  if (stream?.type === delta.type && stream.step === delta.step) {
    return { bodies: [piece], stream: { ...stream, text: stream.text + delta.text } };
  }
  const start: StreamingBody = { type: isThinking ? "startStreamingReasoning" : "startStreamingRunResult" };
  const end = stream === undefined ? [] : [endStream(stream)];
  return { bodies: [...end, start, piece], stream: delta };
};

const endStream = ({ type, text }: Stream): StreamingBody => ({
  type: type === "thinking" ? "completeStreamingReasoning" : "completeStreamingRunResult",
  text,
});
