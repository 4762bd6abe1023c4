/** Calls of the skill's tools in one job, and bytes of what they answer. */
const mostCalls = 80;
const mostBytes = 1_500_000;

/** What the Expert may still read. Each call counts, whatever comes of it. */
export const allowance = () => {
  let calls = 0;
  let bytes = 0;
  return {
    /** @returns why there is nothing left */
    take(): string | undefined {
      if (bytes >= mostBytes)
        return `This job has read ${mostBytes} bytes from GitHub, and may read no more.`;
      if (calls >= mostCalls) return `This job has read from GitHub ${mostCalls} times, and may not again.`;
      calls++;
      return undefined;
    },
    spend(text: string): void {
      bytes += Buffer.byteLength(text);
    },
  };
};
