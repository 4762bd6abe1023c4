/** Whether a call was aborted because the step's time was over, and not because the job stops. */
export const isTimeOver = (signal: AbortSignal): boolean =>
  signal.aborted && signal.reason instanceof Error && signal.reason.name === "StepTimeout";
