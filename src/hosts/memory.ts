/** Milliseconds after which a job is past its first request, whose way `node:v8` is kept off. */
const afterMs = 250;

/**
 * Makes V8 let its heap grow by little before it collects again. By itself it takes what a machine with much memory
 * has: a job of 1,000 steps, whose living heap is 20 MB, then holds 190 MB. The flag is read at every collection, so
 * it may be set late (`Heap::ShouldOptimizeForMemoryUsage` in V8).
 */
export const keepMemoryLow = (): void => {
  setTimeout(async () => {
    const { setFlagsFromString } = await import("node:v8");
    setFlagsFromString("--optimize-for-size");
  }, afterMs).unref();
};
