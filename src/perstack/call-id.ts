import { rootRunId } from "../job/state.ts";

/**
 * A call's id in Perstack's shapes. Ours are unique in their Run; Perstack's consumers know a call by its id alone, all
 * over the job, so a delegate's calls carry their Run's id as well.
 */
export const perstackCallId = (runId: string, callId: string): string =>
  runId === rootRunId ? callId : `${runId}.${callId}`;
