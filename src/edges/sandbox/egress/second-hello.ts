import { Transform } from "node:stream";
import { readClientHello } from "./client-hello.ts";
import { isHelloRetry, isServerHelloWhole } from "./server-hello.ts";

/**
 * Holds what a client sends after its TLS hello until the server has answered. A server may ask for a second hello
 * (HelloRetryRequest, RFC 8446, 4.1.4), which has a name of its own, and some servers go by that one.
 */
export type SecondHello = {
  /** On the way up, behind the first hello. */
  readonly up: Transform;
  /** On the way down, where nothing is held. */
  readonly down: Transform;
};

type Rules = {
  /** Whether a second hello may be for that name. */
  readonly isFor: (serverName: string) => boolean;
  /**
   * Told once, with the end of "The connection …", what a second hello or a server's answer is instead; nothing of it
   * goes on.
   */
  readonly onUnfit: (what: string) => void;
};

export const secondHello = (rules: Rules): SecondHello => {
  const gate = helloGate(rules);
  let waiting: (() => void) | undefined;
  const up = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const go = (): void => done(null, gate.admitted(chunk));
      // What is held is asked for again once the server has answered.
      if (gate.isAnswered()) go();
      else waiting = go;
    },
  });
  const down = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (!gate.isAnswered() && gate.answer(chunk)) waiting?.();
      done(null, gate.isUnfit() ? Buffer.alloc(0) : chunk);
    },
  });
  return { up, down };
};

/** Bytes in which a server has said what its hello is. Each piece of them is read from the first on. */
const maxAnswerBytes = 4 * 1024;

const helloGate = ({ isFor, onUnfit }: Rules) => {
  let state: "answer to come" | "hello to come" | "open" | "unfit" = "answer to come";
  let [said, answered] = [Buffer.alloc(0), Buffer.alloc(0)];
  return {
    isAnswered: () => state !== "answer to come",
    isUnfit: () => state === "unfit",
    /** @returns whether it is known by now what the server answers */
    answer(chunk: Buffer): boolean {
      answered = Buffer.concat([answered, chunk]);
      if (isServerHelloWhole(answered)) {
        state = isHelloRetry(answered) ? "hello to come" : "open";
        return true;
      }
      if (answered.length > maxAnswerBytes) {
        state = "unfit";
        onUnfit(`is answered with no TLS hello in ${maxAnswerBytes} bytes`);
      }
      return false;
    },
    /** @returns what may go on of what the client has said since, or nothing yet */
    admitted(chunk: Buffer): Buffer {
      if (state === "open") return chunk;
      said = Buffer.concat([said, chunk]);
      const hello = readClientHello(afterCipherChange(said));
      if (state === "unfit" || hello.type === "incomplete") return Buffer.alloc(0);
      state = hello.type === "hello" && isFor(hello.serverName) ? "open" : "unfit";
      if (state === "open") return said;
      onUnfit(
        hello.type === "hello"
          ? `is for ${hello.serverName.slice(0, 255)} in its second TLS hello`
          : `goes on with ${hello.what}`,
      );
      return Buffer.alloc(0);
    },
  };
};

/** What means nothing any more and is sent for the sake of old boxes on the way (RFC 8446, D.4). */
const cipherChange = Buffer.from([20, 3, 3, 0, 1, 1]);

const afterCipherChange = (bytes: Buffer): Buffer =>
  bytes.subarray(0, cipherChange.length).equals(cipherChange) ? bytes.subarray(cipherChange.length) : bytes;
