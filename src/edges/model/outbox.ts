import type { BodyParts, Prepare } from "./provider-fetch.ts";

/** What takes the place of one element of a body's list of messages on its way out. */
export type Replacement = {
  readonly marker: string;
  readonly element: string;
  readonly bytes: readonly Uint8Array[];
};

type Headers = Readonly<Record<string, string>>;

/** Sees the SDK's requests between the SDK and the wire. A request is known by a header, which stays here. */
export type Outbox = {
  readonly prepare: Prepare;
  /** Lets a request go out with this in place of its marker. One that has no such marker, or two, fails unsent. */
  replace<Sent>(by: Replacement, send: (headers: Headers) => Promise<Sent>): Promise<Sent>;
  /** The body of a request that never leaves; undefined when there was none. */
  wouldSend(send: (headers: Headers) => Promise<unknown>): Promise<string | undefined>;
};

const headerName = "x-expert-stack-request";

export const outbox = (): Outbox => {
  const expected = new Map<string, (body: string) => BodyParts>();
  let count = 0;
  const expecting = async <Sent>(
    write: (body: string) => BodyParts,
    send: (headers: Headers) => Promise<Sent>,
  ): Promise<Sent> => {
    count += 1;
    const id = String(count);
    expected.set(id, write);
    try {
      return await send({ [headerName]: id });
    } finally {
      expected.delete(id);
    }
  };
  return {
    prepare: (body, { [headerName]: id, ...headers }) => {
      if (id === undefined) return { headers, body: [body] };
      const write = expected.get(id);
      if (write === undefined) throw notSent("nobody waits for its answer any more");
      return { headers, body: write(body) };
    },
    replace: (by, send) => expecting((body) => replaced(body, by), send),
    wouldSend: async (send) => {
      let seen: string | undefined;
      const look = (body: string): never => {
        seen = body;
        throw notSent("it was only to be looked at");
      };
      // It fails by design once the body is known; without a body nothing is known.
      await expecting(look, send).catch(() => undefined);
      return seen;
    },
  };
};

const replaced = (body: string, { marker, element, bytes }: Replacement): BodyParts => {
  const at = body.indexOf(element);
  if (element === "" || at === -1 || !isOnce(body, marker)) {
    throw notSent("the older part of the conversation has no place in it");
  }
  return [body.slice(0, at), ...bytes, body.slice(at + element.length)];
};

const isOnce = (body: string, marker: string): boolean => {
  const at = body.indexOf(marker);
  return at !== -1 && body.indexOf(marker, at + 1) === -1;
};

const notSent = (reason: string): Error =>
  Object.assign(new Error(`The request was not sent: ${reason}.`), { name: "RequestNotSent" });
