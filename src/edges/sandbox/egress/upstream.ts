import { request } from "node:http";
import type { Socket } from "node:net";
import { ExpertStackError } from "../../../errors.ts";
import type { Target } from "./connect-target.ts";
import { openSocket, orAborted } from "./open-socket.ts";
import { failed, type Refusal } from "./refusal.ts";

/** Has an HTTP proxy connect to the target, by its name. Its own address is not checked: the runner's owner set it. */
export const throughUpstream = async (
  { host, port }: Target,
  {
    upstream,
    open,
    signal,
  }: {
    readonly upstream: URL;
    readonly open: (address: string, port: number) => Socket;
    readonly signal: AbortSignal;
  },
): Promise<{ readonly type: "connected"; readonly socket: Socket } | Refusal> => {
  const address = upstream.hostname.replace(/^\[|\]$/g, "");
  const socket = await openSocket(open(address, Number(upstream.port || 80)), { signal });
  try {
    const { status, head } = await orAborted(
      askToConnect(socket, `${host}:${port}`, credentials(upstream)),
      signal,
    );
    if (status === 200) {
      socket.unshift(head);
      return { type: "connected", socket };
    }
    socket.destroy();
    return failed(`${host} cannot be reached (the proxy ${upstream.host} answers ${status})`);
  } catch (error) {
    socket.destroy();
    throw error;
  }
};

/** @throws ExpertStackError INPUT_INVALID for a proxy that is asked otherwise than by HTTP */
export const checkUpstream = (upstream: URL): void => {
  if (upstream.protocol === "http:") return;
  throw new ExpertStackError({
    code: "INPUT_INVALID",
    message: `The proxy ${upstream.protocol}//${upstream.host} cannot be used from a sandbox.`,
    remedy: "Set HTTPS_PROXY to the http:// address of a proxy.",
  });
};

const credentials = ({ username, password }: URL): Readonly<Record<string, string>> => {
  if (username === "" && password === "") return {};
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(login).toString("base64")}` };
};

const askToConnect = (
  socket: Socket,
  authority: string,
  login: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly head: Buffer }> =>
  new Promise((resolve, reject) => {
    // Without this header Node sends `close`, which some proxies obey at once.
    const headers = { host: authority, connection: "keep-alive", ...login };
    request({ method: "CONNECT", path: authority, headers, createConnection: () => socket })
      .on("connect", ({ statusCode = 0 }, _socket, head) => resolve({ status: statusCode, head }))
      .on("error", reject)
      .end();
  });
