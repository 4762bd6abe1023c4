import { once } from "node:events";
import type { Socket } from "node:net";

/**
 * Waits until a socket is connected, and destroys it when it will not be.
 *
 * @throws the socket's error; one with the code ETIMEDOUT after `timeoutMs`; an AbortError
 */
export const openSocket = async (
  socket: Socket,
  { timeoutMs, signal }: { readonly timeoutMs?: number; readonly signal: AbortSignal },
): Promise<Socket> => {
  // For good: who goes on with the socket finds its errors in what he waits for.
  socket.on("error", () => undefined);
  const late = (): unknown => socket.destroy(Object.assign(new Error("timed out"), { code: "ETIMEDOUT" }));
  const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
  try {
    await once(socket, "connect", { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
};

/** For work that cannot be stopped, such as resolving a name: it is no longer waited for. */
export const orAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
