import type { Socket } from "node:net";
import { plainHost } from "../../../definition/host-list.ts";
import { readClientHello } from "./client-hello.ts";
import { failed, type Refusal, refused } from "./refusal.ts";

/** A TLS hello for the host that the client was connected to, and what the client has sent after it already. */
export type FirstHello = { readonly type: "helloFor"; readonly bytes: Buffer; readonly rest: Buffer };

/** Reads from a client, whose first bytes are in `head`, until it is clear for whom its TLS hello is. */
export const firstHello = async (
  client: Socket,
  { head, host }: { readonly head: Buffer; readonly host: string },
): Promise<FirstHello | Refusal> => {
  let bytes = head;
  let hello = readClientHello(bytes);
  if (hello.type === "incomplete") {
    for await (const chunk of piecesOf(client)) {
      bytes = Buffer.concat([bytes, chunk]);
      hello = readClientHello(bytes);
      if (hello.type !== "incomplete") break;
    }
  }
  if (hello.type === "incomplete") return failed("the client sent no TLS hello");
  if (hello.type === "unfit") return unfit(host, `begins with ${hello.what}`);
  if (plainHost(hello.serverName) === host) {
    const { length } = hello;
    return { type: "helloFor", bytes: bytes.subarray(0, length), rest: bytes.subarray(length) };
  }
  return unfit(host, `is for ${hello.serverName.slice(0, 255)} in its TLS hello`);
};

/** Ends, rather than fails, when the client is gone: by itself, or because it took too long. */
async function* piecesOf(client: Socket): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of client.iterator({ destroyOnReturn: false })) yield Buffer.from(chunk);
  } catch {
    return;
  }
}

export const unfit = (host: string, what: string): Refusal =>
  refused(`a connection to ${host} ${what}`, "Only HTTPS for the very host that was asked for goes through.");

/** Tells a TLS client that it was turned down: `access_denied`, a fatal alert (RFC 8446, 6.2). */
export const accessDenied = Buffer.from([21, 3, 3, 0, 2, 2, 49]);
